"""Who may do what with documents, until they have permissions of their own.

Who records gifts documents them; who approves refunds approves what takes a document out of use.
"""

from foundation.users.permissions import Permission

RECORD, UNDO, READ = Permission.GIFTS_RECORD, Permission.REFUNDS_APPROVE, Permission.GIFTS_READ
