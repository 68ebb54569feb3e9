"""The countries whose electricity mix is known."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from xp.dsl.errors import did_you_mean
from xp.dsl.refusals import refusal

SHORT = 2
"""Letters of the other codes of ISO 3166."""

COUNTRIES = frozenset(
    """
    ABW AFG AGO ALB ARE ARG ARM ASM ATG AUS AUT AZE BDI BEL BEN BFA BGD BGR BHR BHS BIH BLR BLZ BMU BOL BRA BRB
    BRN BTN BWA CAF CAN CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CYM CYP CZE DEU DJI DMA DNK DOM DZA
    ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO GAB GBR GEO GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF
    GUM GUY HKG HND HRV HTI HUN IDN IND IRL IRN IRQ ISL ISR ITA JAM JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO
    LBN LBR LBY LCA LKA LSO LTU LUX LVA MAC MAR MDA MDG MDV MEX MKD MLI MLT MMR MNE MNG MOZ MRT MSR MTQ MUS MWI
    MYS NAM NCL NER NGA NIC NLD NOR NPL NRU NZL OMN PAK PAN PER PHL PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU
    RUS RWA SAU SDN SEN SGP SHN SLB SLE SLV SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SYC SYR TCA TCD TGO THA TJK
    TKM TLS TON TTO TUN TUR TWN TZA UGA UKR URY USA UZB VCT VEN VGB VIR VNM VUT WSM YEM ZAF ZMB ZWE
    """.split()  # noqa: SIM905 - a list of 213 lines is no easier to read
)
"""ISO 3166 codes of three letters for which the energy tracker has a carbon intensity."""

TWO_LETTERS = dict(
    zip(
        """
    AW AF AO AL AE AR AM AS AG AU AT AZ BI BE BJ BF BD BG BH BS BA BY BZ BM BO BR BB
    BN BT BW CF CA CH CL CN CI CM CD CG CK CO KM CV CR CU KY CY CZ DE DJ DM DK DO DZ
    EC EG ER EH ES EE ET FI FJ FK FR FO GA GB GE GH GI GN GP GM GW GQ GR GD GL GT GF
    GU GY HK HN HR HT HU ID IN IE IR IQ IS IL IT JM JO JP KZ KE KG KH KI KN KR KW LA
    LB LR LY LC LK LS LT LU LV MO MA MD MG MV MX MK ML MT MM ME MN MZ MR MS MQ MU MW
    MY NA NC NE NG NI NL NO NP NR NZ OM PK PA PE PH PG PL PR KP PT PY PS PF QA RE RO
    RU RW SA SD SN SG SH SB SL SV SO PM RS SS ST SR SK SI SE SZ SC SY TC TD TG TH TJ
    TM TL TO TT TN TR TW TZ UG UA UY US UZ VC VE VG VI VN VU WS YE ZA ZM ZW
    """.split(),  # noqa: SIM905 - as above
        sorted(COUNTRIES),
        strict=True,
    )
) | {"UK": "GBR", "EL": "GRC"}
"""The other codes of ISO 3166, and two of the European Union, each with that of three letters."""


def check_country(code: str) -> str:
    """Return *code*, or refuse it: an unknown one would stand for the world's mean without a word."""
    if code in COUNTRIES:
        return code
    raise refusal(f"expected a known 3-letter code, e.g. USA, got {code!r}", suggest_country(code.upper()))


def suggest_country(code: str) -> str:
    """Return what a code may stand for: it has two letters, or is misspelt.

    >>> suggest_country("CH"), suggest_country("USSA")
    ("did you mean 'CHE'?", "did you mean 'USA'?")
    """
    if code in TWO_LETTERS:
        return f"did you mean {TWO_LETTERS[code]!r}?"
    close = did_you_mean(code, COUNTRIES) if len(code) > SHORT else ""
    return close if close.startswith("did") else ""


Country = Annotated[str, AfterValidator(check_country), WithJsonSchema({"type": "string", "enum": sorted(COUNTRIES)})]
"""An ISO 3166 code of three letters."""
