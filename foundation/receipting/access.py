"""Who may do what with documents: who records them does not take them out of use."""

from foundation.users.permissions import Permission

RECORD, UNDO = Permission.DOCUMENTS_ISSUE, Permission.DOCUMENTS_END
READ = Permission.GIFTS_READ
