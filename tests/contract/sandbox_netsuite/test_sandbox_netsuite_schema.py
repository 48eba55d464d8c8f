"""The sandbox's WSDL is a true subset of Oracle's: nothing in it is made up."""

import pytest
import zeep
from lxml import etree

from streak_netsuite.sandbox.netsuite import wsdl
from streak_netsuite.sandbox.netsuite.declarations import load

pytestmark = pytest.mark.wsdl

X = "{http://www.w3.org/2001/XMLSchema}"
W = "{http://schemas.xmlsoap.org/wsdl/}"
S = "{http://schemas.xmlsoap.org/wsdl/soap/}"
VERSION = "2023_2"


def clark(node, qname):
    """A prefixed name as {namespace}name."""
    if qname is None:
        return None
    prefix, _, local = qname.rpartition(":")
    return f"{{{node.nsmap.get(prefix or None)}}}{local}"


def element_facts(node):
    occurs = (node.get("minOccurs", "1"), node.get("maxOccurs", "1"))
    return (
        node.get("name"),
        clark(node, node.get("ref")),
        clark(node, node.get("type")),
        occurs,
        node.get("default"),
    )


def type_facts(node):
    """All that defines a type: its base, its elements in order, its attributes, its values."""
    extension = next(node.iter(f"{X}extension"), None)
    return {
        "abstract": node.get("abstract") == "true",
        "content": [c.tag for c in node if c.tag in {f"{X}complexContent", f"{X}simpleContent"}],
        "base": clark(extension, extension.get("base")) if extension is not None else None,
        "elements": [element_facts(e) for e in node.iter(f"{X}element")],
        "attributes": {
            (a.get("name"), clark(a, a.get("type")), a.get("use"), a.get("default"))
            for a in node.iter(f"{X}attribute")
        },
        "values": [e.get("value") for e in node.iter(f"{X}enumeration")],
    }


def read_types(roots):
    return {
        (root.get("targetNamespace"), node.get("name")): type_facts(node)
        for root in roots
        for node in root
        if node.tag in {f"{X}complexType", f"{X}simpleType"}
    }


def read_elements(roots):
    return {
        (root.get("targetNamespace"), node.get("name")): clark(node, node.get("type"))
        for root in roots
        for node in root
        if node.tag == f"{X}element"
    }


def is_ordered_part(part, whole):
    rest = iter(whole)
    return all(one in rest for one in part)


@pytest.fixture(scope="module")
def ours():
    return {name: etree.fromstring(content) for name, content in wsdl.render_files(VERSION).items()}


@pytest.fixture(scope="module")
def our_schemas(ours):
    return [root for name, root in ours.items() if name.endswith(".xsd")]


@pytest.fixture(scope="module")
def oracle_schemas(netsuite_wsdl):
    return [etree.parse(path).getroot() for path in (netsuite_wsdl.parent / "xsd").glob("*.xsd")]


@pytest.fixture(scope="module")
def our_wsdl(ours):
    return ours["netsuite.wsdl"]


@pytest.fixture(scope="module")
def oracle_wsdl(netsuite_wsdl):
    return etree.parse(netsuite_wsdl).getroot()


def test_every_type_is_oracles_with_elements_left_out(our_schemas, oracle_schemas):
    theirs = read_types(oracle_schemas)
    wrong = []
    for name, facts in read_types(our_schemas).items():
        real = theirs.get(name)
        fits = real is not None and (
            all(facts[k] == real[k] for k in ("abstract", "content", "base"))
            and is_ordered_part(facts["elements"], real["elements"])
            and facts["attributes"] <= real["attributes"]
            and is_ordered_part(facts["values"], real["values"])
        )
        if not fits:
            wrong.append(name)
    assert wrong == []
    assert len(read_types(our_schemas)) > 100


def test_every_global_element_is_oracles(our_schemas, oracle_schemas):
    theirs = read_elements(oracle_schemas)
    ours = read_elements(our_schemas)
    assert {n: t for n, t in ours.items() if theirs.get(n) != t} == {}


def test_every_file_is_named_as_oracles(ours, netsuite_wsdl):
    assert [name for name in ours if not (netsuite_wsdl.parent / name).exists()] == []


def test_countries_and_fault_codes_are_complete(our_schemas, oracle_schemas):
    ours, theirs = read_types(our_schemas), read_types(oracle_schemas)
    for key, name in (("types.common", "Country"), ("types.faults", "FaultCodeType")):
        full = (load().namespace(key).uri(VERSION), name)
        assert ours[full] == theirs[full]


def faults_by_name(parts):
    """Put faults behind the rest, by name: their order means nothing, and Oracle's differs by operation."""
    return sorted(parts, key=lambda part: (part[0] == f"{W}fault", str(part[1:]) * (part[0] == f"{W}fault")))


def operation_facts(root, operation):
    port = root.find(f"{W}portType/{W}operation[@name='{operation}']")
    bound = root.find(f"{W}binding/{W}operation[@name='{operation}']")
    parts = [
        (c.tag, c.get("name"), [(b.tag, dict(b.attrib)) for b in c])
        for c in bound
        if c.tag != f"{S}operation"
    ]
    return {
        "port": faults_by_name([(c.tag, dict(c.attrib)) for c in port]),
        "action": bound.find(f"{S}operation").attrib,
        "parts": faults_by_name(parts),
    }


def test_every_operation_is_oracles(our_wsdl, oracle_wsdl):
    names = [o.get("name") for o in our_wsdl.findall(f"{W}portType/{W}operation")]
    assert len(names) == 36
    differing = [n for n in names if operation_facts(our_wsdl, n) != operation_facts(oracle_wsdl, n)]
    assert differing == []


def test_every_message_is_oracles(our_wsdl, oracle_wsdl):
    def messages(root):
        return {
            m.get("name"): [(p.get("name"), clark(p, p.get("element"))) for p in m]
            for m in root.findall(f"{W}message")
        }

    theirs = messages(oracle_wsdl)
    assert {n: p for n, p in messages(our_wsdl).items() if theirs.get(n) != p} == {}


def test_a_reader_meets_the_namespaces_in_oracles_order(netsuite_wsdl, tmp_path, ours):
    """Clients like netsuitesdk name types by zeep's numbers for namespaces: ns0 is core, ns13 relationships."""
    for name, root in ours.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        etree.ElementTree(root).write(tmp_path / name)
    numbers = [
        zeep.Client(str(wsdl_file)).wsdl.types.prefix_map
        for wsdl_file in (tmp_path / "netsuite.wsdl", netsuite_wsdl)
    ]
    assert numbers[0] == numbers[1]


def test_names_binding_and_address_are_oracles(our_wsdl, oracle_wsdl):
    def facts(root):
        binding, service = root.find(f"{W}binding"), root.find(f"{W}service")
        port = service.find(f"{W}port")
        return (
            root.get("targetNamespace"),
            root.find(f"{W}portType").get("name"),
            (binding.get("name"), clark(binding, binding.get("type")), binding[0].attrib),
            (service.get("name"), port.get("name"), clark(port, port.get("binding"))),
            port[0].attrib,
        )

    assert facts(our_wsdl) == facts(oracle_wsdl)
