"""Where a pack counts: countries, their parts, and groups of countries. Pure."""

import re

EVERYWHERE = "*"
_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
    IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
    YT ZA ZM ZW
"""
_EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
COUNTRIES = frozenset(_CODES.split())  # ISO 3166-1 alpha-2
GROUPS = {"EU": frozenset(_EU.split())}
_OFTEN_WRONG = {"UK": "GB", "EL": "GR"}
_REGION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")


def check_place(place: object) -> str:
    """The place as it stands; ValueError for what is none, with what was probably meant."""
    if not isinstance(place, str):
        raise ValueError(f'{place!r} is no place; write it like "NL"')  # noqa: TRY004 - one kind of error for a bad file
    if place in _OFTEN_WRONG:
        raise ValueError(f"{place} is no country of ISO 3166; write {_OFTEN_WRONG[place]}")
    region = _REGION.fullmatch(place)
    country = region[1] if region else place
    if place == EVERYWHERE or place in GROUPS or country in COUNTRIES:
        return place
    raise ValueError(f'{place} is no place; write a country ("NL"), a part ("US-CA"), a group ("EU") or "*"')


def holds(where: frozenset[str], country: str | None, region: str | None) -> bool:
    """Whether somebody who lives there is within `where`; who lives nobody knows where is everywhere."""
    if EVERYWHERE in where or country is None or country not in COUNTRIES:
        return True
    if country in where or any(country in GROUPS.get(name, ()) for name in where):
        return True
    parts = {place for place in where if place.startswith(f"{country}-")}
    known = region is not None and region.startswith(f"{country}-")
    return region in parts if known else bool(parts)
