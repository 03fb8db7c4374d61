"""From the answers of the intake questionnaire to the data of a scheme. Pure."""

from collections.abc import Mapping
from typing import Any

from foundation.matching import amounts
from ledger.errors import InvalidInput

_ABOVE = ("以上", "above", "-")
_YES = "yes"


def scheme_data(skeleton: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    """Fill the skeleton of a scheme with what was read in its document."""
    said = answers.get
    data: dict[str, Any] = {
        "scheme": skeleton["scheme"],
        "title": skeleton["title"],
        "family": skeleton.get("family", skeleton["scheme"]),
        "doc": said("doc", ""),
        "in_force": {"from": said("in_force_from", "")},
        "status": "usable",
        "grade": "A",
        "claimant": skeleton["claimant"],
        "window": {"date": "gift.cash_received_on", "period": said("period", "")},
        "unit": said("unit", ""),
        "gift_rules": _rules(answers),
    }
    if said("sold_shares") == _YES:
        data["basis"] = {"securities": "realised_proceeds"}
    if amounts.minor(said("minimum", "0"), path="minimum"):
        data["minimum"] = {"value": said("minimum"), "cmp": "ge"}
    data["match"] = _match(answers)
    if said("cap"):
        data["caps"] = [{"per": ["claimant"], "of": "grant", "value": said("cap")}]
    data["pool"] = {"period": "year", "rule": said("pool_rule", "none")}
    if said("pool_amount"):
        data["pool"]["amount"] = said("pool_amount")
    data["rounding"] = {
        "place": said("rounding_place", "0.01"),
        "mode": said("rounding_mode", "half_up"),
        "at": "claimant",
        "sourced": True,
    }
    data["documents"] = [
        {"name": name, "stage": "claim"} for name in _listed(said("attachments", ""))
    ]
    data["use_of_match"] = {
        **({"prefer": _listed(said("use_prefer", ""))} if said("use_prefer") else {}),
        **({"forbid": _listed(said("use_forbid", ""))} if said("use_forbid") else {}),
    }
    data["consequences"] = {"donation_returned": _returned(answers)}
    data["src"] = skeleton.get("src", [])
    return data


def _rules(answers: Mapping[str, str]) -> list[dict[str, Any]]:
    def is_said(key: str) -> bool:
        return answers.get(key) == _YES

    rules: list[dict[str, Any]] = [{"use": "law.is_a_gift"}]
    if is_said("via_foundation"):
        rules.append({"use": "cn.via_foundation"})
    if is_said("money_only"):
        rules.append({"use": "cn.cash_received"})
    if is_said("lawful"):
        rules.append({"use": "cn.lawful"})
    if is_said("names_agree"):
        rules.append({"use": "cn.names_agree"})
    if is_said("exclude_named"):
        scholarship = {"fact": "gift.purpose", "op": "in", "value": ["scholarship", "bursary"]}
        named = {"fact": "gift.named", "op": "eq", "value": True}
        rules.append({"code": "NAMED_SCHOLARSHIP", "reject_if": {"all": [scholarship, named]}})
    if is_said("exclude_designated"):
        rules.append(
            {"code": "RESTRICTED_USE", "decide": "gift.university_may_pool", "expect": True}
        )
    for key, code, test in (
        (
            "exclude_cooperation",
            "COOPERATIVE_EDUCATION",
            {"fact": "gift.origin", "op": "eq", "value": "cooperative_education"},
        ),
        (
            "exclude_contract",
            "CONTRACT_NOT_GIFT",
            {
                "any": [
                    {"fact": "gift.origin", "op": "eq", "value": "contract"},
                    {"fact": "gift.has_deliverables", "op": "eq", "value": True},
                ]
            },
        ),
        (
            "exclude_affiliate",
            "DONOR_AFFILIATE",
            {
                "fact": "donor.relation",
                "op": "in",
                "value": ["wholly_owned", "controlled", "invested"],
            },
        ),
        (
            "exclude_government",
            "GOVERNMENT_MONEY",
            {"fact": "donor.kind", "op": "eq", "value": "government"},
        ),
    ):
        if is_said(key):
            rules.append({"code": code, "reject_if": test})
    return rules


def _match(answers: Mapping[str, str]) -> dict[str, Any]:
    method = answers.get("method", "assessed")
    if method == "flat":
        return {
            "method": "flat",
            "ratio": answers.get("ratio", ""),
            "max_ratio": answers.get("max_ratio", ""),
        }
    if method == "marginal":
        return {"method": "marginal", "bands": bands_of(answers.get("bands", ""))}
    return {"method": "assessed", "max_ratio": answers.get("max_ratio", "")}


def bands_of(text: str) -> list[dict[str, Any]]:
    """Read bands, one line each: upper edge and ratio. Raises InvalidInput for a bad line."""
    bands: list[dict[str, Any]] = []
    for line in filter(None, (item.strip() for item in text.splitlines())):
        edge, _, ratio = line.replace("，", " ").replace(",", " ").partition(" ")
        amounts.ratio(ratio.strip(), path="分档")
        upto = None if edge in _ABOVE else edge
        if upto is not None:
            amounts.minor(upto, path="分档")
        bands.append({"upto": upto, "ratio": ratio.strip()})
    if not bands or bands[-1]["upto"] is not None:
        raise InvalidInput(field="分档", reason="最后一档的上限应写“以上”")
    return bands


def _returned(answers: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"repay_match": answers.get("repay") == _YES}
    if answers.get("notify_days"):
        found["notify_within_days"] = int(answers["notify_days"])
    return found


def _listed(text: str) -> list[str]:
    cut = text.replace("，", "、").replace(",", "、").replace("\n", "、")
    return [part.strip() for part in cut.split("、") if part.strip()]
