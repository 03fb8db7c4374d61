"""Every probe that this package can ask by itself; those of the reports are joined from above."""

from collections.abc import Mapping

from foundation.assessment import book_probes, evidence_probes, register_probes, spending_probes
from foundation.assessment.probing import Probe

OWN: Mapping[str, Probe] = {
    **book_probes.PROBES,
    **register_probes.PROBES,
    **spending_probes.PROBES,
    **evidence_probes.PROBES,
}
