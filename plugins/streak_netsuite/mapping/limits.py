"""How long a text NetSuite takes, field by field.

Oracle's schema carries no lengths. These were read in 2026-11 from NetSuite's own refusals as users
reported them, and from its help; a field that is not listed has no length here, and NetSuite then
decides (`EXCEEDED_MAX_FIELD_LENGTH`). `max_length` of a rule in the mapping file overrides them.
"""

from collections.abc import Mapping

# companyName and addressee: NetSuite's customer import template. addr1 and state: refusals quoted in
# getlago/lago-api pull requests 3245 and 3233. phone: a refusal quoting 32. first and last name: as
# the record's form has them; no document was found.
CUSTOMER: Mapping[str, int] = {
    "company_name": 83,
    "entity_id": 83,
    "email": 254,
    "phone": 32,
    "first_name": 32,
    "last_name": 32,
}

# memo: 999 on the transaction form. otherRefNum: NetSweet/netsuite_rails issue 26.
SALES_ORDER: Mapping[str, int] = {"memo": 999, "purchase_order_number": 45}

# A line's description is a text area: 4,000 (Oracle help, "Field Type Descriptions for Custom Fields").
LINE: Mapping[str, int] = {"description": 4000}

ADDRESS: Mapping[str, int] = {
    "addr1": 150,
    "addr2": 150,
    "addr3": 150,
    "city": 50,
    "state": 30,
    "zip": 36,
    "attention": 83,
    "addressee": 83,
    "phone": 32,
}

# Free-form text. A text area takes 4,000 and a long text 1,000,000 (same page, section_N2842731): say so
# with max_length on the rule, because the type alone does not tell them apart.
CUSTOM_TEXT = 300
