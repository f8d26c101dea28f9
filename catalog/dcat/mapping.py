"""The mapping: which attribute is said with which predicate, and how. ``describe`` and ``read`` both go by this table.

Predicates are those of DCAT-AP 3.0.1; where harvesters that we tested need another form than the profile asks for,
a record in docs/decisions says so. A profile of another country would be another set of these shapes.
"""

from rdflib import Graph, Node, URIRef

from catalog.dcat import nouns
from catalog.dcat.codecs import COUNT, DAY, FLAG, IRI, MOMENT, PLAIN, SIZE, TEXT, WKT, Row, Shape, term, typed, within, word


def _is_named(node: Node, graph: Graph) -> bool:
    return isinstance(node, URIRef) or (node, term("skos:prefLabel"), None) in graph


def _has_box(node: Node, graph: Graph) -> bool:
    return (node, term("dcat:bbox"), None) in graph


AGENT = Shape(
    nouns.Agent,
    (term("foaf:Agent"),),
    (
        Row("name", term("foaf:name"), TEXT),
        Row("type", term("dct:type"), IRI),
        Row("homepage", term("foaf:homepage"), IRI),
    ),
)
CONTACT_POINT = Shape(
    nouns.ContactPoint,
    (term("vcard:Kind"),),
    (
        Row("name", term("vcard:fn"), PLAIN),
        Row("organization", term("vcard:organization-name"), TEXT),
        Row("email", term("vcard:hasEmail"), within("mailto:")),
        Row("telephone", term("vcard:hasTelephone"), within("tel:")),
        Row("url", term("vcard:hasURL"), IRI),
    ),
)
LOCATION = Shape(
    nouns.Location,
    (term("dct:Location"),),
    (Row("label", term("skos:prefLabel"), TEXT),),
)
EXTENT = Shape(
    nouns.Extent,
    (term("dct:Location"),),
    (Row("bbox", term("dcat:bbox"), WKT),),
)
PERIOD_OF_TIME = Shape(
    nouns.PeriodOfTime,
    (term("dct:PeriodOfTime"),),
    (
        Row("start", term("dcat:startDate"), DAY),
        Row("end", term("dcat:endDate"), DAY),
    ),
)
LICENSE_DOCUMENT = Shape(
    nouns.LicenseDocument,
    (term("dct:LicenseDocument"),),
    (
        Row("title", term("dct:title"), PLAIN),
        Row("type", term("dct:type"), IRI),
    ),
)
RIGHTS_STATEMENT = Shape(
    nouns.RightsStatement,
    (term("dct:RightsStatement"),),
    (Row("label", term("rdfs:label"), PLAIN),),
)
STANDARD = Shape(
    nouns.Standard,
    (term("dct:Standard"),),
    (Row("title", term("dct:title"), TEXT),),
)
PROVENANCE_STATEMENT = Shape(
    nouns.ProvenanceStatement,
    (term("dct:ProvenanceStatement"),),
    (
        Row("description", term("dct:description"), TEXT),
        Row("label", term("rdfs:label"), PLAIN),  # CKAN shows the label instead of the IRI (docs/decisions/0036)
    ),
)
MEDIA_TYPE_OR_EXTENT = Shape(
    nouns.MediaTypeOrExtent,
    (term("dct:IMT"), term("dct:MediaTypeOrExtent")),  # CKAN shows the label only of a node whose first class is dct:IMT
    (Row("label", term("rdfs:label"), PLAIN),),
)
CHECKSUM = Shape(
    nouns.Checksum,
    (term("spdx:Checksum"),),
    (
        Row("algorithm", term("spdx:algorithm"), IRI),
        Row("value", term("spdx:checksumValue"), PLAIN),
    ),
)
METRIC = Shape(
    nouns.Metric,
    (term("dqv:Metric"),),
    (
        Row("definition", term("skos:definition"), TEXT),
        Row("datatype", term("dqv:expectedDataType"), IRI),
        Row("dimension", term("dqv:inDimension"), IRI),
    ),
)
SOFTWARE_AGENT = Shape(
    nouns.SoftwareAgent,
    (term("prov:SoftwareAgent"),),
    (Row("name", term("foaf:name"), PLAIN),),
)
ACTIVITY = Shape(
    nouns.Activity,
    (term("prov:Activity"),),
    (
        Row("ended", term("prov:endedAtTime"), MOMENT),
        Row("used", term("prov:used"), IRI, many=True),
        Row("agent", term("prov:wasAssociatedWith"), SOFTWARE_AGENT),
    ),
)
QUALITY_MEASUREMENT = Shape(
    nouns.QualityMeasurement,
    (term("dqv:QualityMeasurement"),),
    (
        Row("metric", term("dqv:isMeasurementOf"), METRIC),
        Row("value", term("dqv:value"), COUNT),
        Row("computed_on", term("dqv:computedOn"), IRI),
        Row("activity", term("prov:wasGeneratedBy"), ACTIVITY),
    ),
)
DATA_SERVICE = Shape(
    nouns.DataService,
    (term("dcat:DataService"),),
    (
        Row("identifier", term("dct:identifier"), PLAIN),
        Row("title", term("dct:title"), TEXT),
        Row("description", term("dct:description"), TEXT),
        Row("endpoint_url", term("dcat:endpointURL"), IRI),
        Row("endpoint_description", term("dcat:endpointDescription"), IRI),
        Row("serves", term("dcat:servesDataset"), IRI, many=True),
        Row("conforms_to", term("dct:conformsTo"), STANDARD, many=True),
        Row("publisher", term("dct:publisher"), AGENT),
        Row("contact_point", term("dcat:contactPoint"), CONTACT_POINT),
        Row("keywords", term("dcat:keyword"), word("ja"), many=True),
        Row("keywords_en", term("dcat:keyword"), word("en"), many=True),
        Row("themes", term("dcat:theme"), IRI, many=True),
        Row("license", term("dct:license"), LICENSE_DOCUMENT),
        Row("access_rights", term("dct:accessRights"), IRI),
    ),
)
DISTRIBUTION = Shape(
    nouns.Distribution,
    (term("dcat:Distribution"),),
    (
        Row("title", term("dct:title"), TEXT),
        Row("description", term("dct:description"), TEXT),
        Row("access_url", term("dcat:accessURL"), IRI),
        Row("download_url", term("dcat:downloadURL"), IRI),
        Row("format", term("dct:format"), MEDIA_TYPE_OR_EXTENT),
        Row("media_type", term("dcat:mediaType"), IRI),
        Row("package_format", term("dcat:packageFormat"), IRI),
        Row("byte_size", term("dcat:byteSize"), SIZE),
        Row("checksum", term("spdx:checksum"), CHECKSUM),
        Row("license", term("dct:license"), LICENSE_DOCUMENT),
        Row("conforms_to", term("dct:conformsTo"), STANDARD, many=True),
        Row("access_service", term("dcat:accessService"), DATA_SERVICE),
        Row("availability", term("dcatap:availability"), IRI),
        Row("status", term("adms:status"), IRI),
        Row("quality", term("dqv:hasQualityMeasurement"), QUALITY_MEASUREMENT, many=True),
        Row("issued", term("dct:issued"), MOMENT),
        Row("modified", term("dct:modified"), MOMENT),
    ),
)
DATASET = Shape(
    nouns.Dataset,
    (term("dcat:Dataset"),),
    (
        Row("identifier", term("dct:identifier"), PLAIN),
        Row("title", term("dct:title"), TEXT),
        Row("description", term("dct:description"), TEXT),
        Row("publisher", term("dct:publisher"), AGENT),
        Row("creators", term("dct:creator"), AGENT, many=True),
        Row("contact_point", term("dcat:contactPoint"), CONTACT_POINT),
        Row("keywords", term("dcat:keyword"), word("ja"), many=True),
        Row("keywords_en", term("dcat:keyword"), word("en"), many=True),
        Row("themes", term("dcat:theme"), IRI, many=True),
        Row("spatial", term("dct:spatial"), LOCATION, many=True, reads=_is_named),
        Row("extent", term("dct:spatial"), EXTENT, reads=_has_box),
        Row("temporal", term("dct:temporal"), PERIOD_OF_TIME),
        Row("accrual_periodicity", term("dct:accrualPeriodicity"), IRI),
        Row("languages", term("dct:language"), IRI, many=True),
        Row("landing_page", term("dcat:landingPage"), IRI),
        Row("licenses", term("dct:license"), LICENSE_DOCUMENT, many=True),
        Row("rights", term("dct:rights"), RIGHTS_STATEMENT),
        Row("access_rights", term("dct:accessRights"), IRI),
        Row("provenance", term("dct:provenance"), PROVENANCE_STATEMENT),
        Row("sources", term("dct:source"), IRI, many=True),
        Row("derived_from", term("prov:wasDerivedFrom"), IRI),
        Row("conforms_to", term("dct:conformsTo"), STANDARD, many=True),
        Row("version", term("dcat:version"), PLAIN),
        Row("version_notes", term("adms:versionNotes"), PLAIN, many=True),
        Row("issued", term("dct:issued"), MOMENT),
        Row("modified", term("dct:modified"), MOMENT),
        Row("distributions", term("dcat:distribution"), DISTRIBUTION, many=True),
    ),
)
CATALOG = Shape(
    nouns.Catalog,
    (term("dcat:Catalog"),),
    (
        Row("identifier", term("dct:identifier"), PLAIN),
        Row("title", term("dct:title"), TEXT),
        Row("description", term("dct:description"), TEXT),
        Row("publisher", term("dct:publisher"), AGENT),
        Row("languages", term("dct:language"), IRI, many=True),
        Row("license", term("dct:license"), LICENSE_DOCUMENT),
        Row("access_rights", term("dct:accessRights"), IRI),
        Row("accrual_periodicity", term("dct:accrualPeriodicity"), IRI),
        Row("spatial", term("dct:spatial"), LOCATION, many=True),
        Row("homepage", term("foaf:homepage"), IRI),
        Row("theme_taxonomy", term("dcat:themeTaxonomy"), IRI),
        Row("issued", term("dct:issued"), MOMENT),
        Row("modified", term("dct:modified"), MOMENT),
    ),
)
COLUMN = Shape(
    nouns.Column,
    (term("csvw:Column"), term("rdf:Property")),
    (
        Row("name", term("csvw:name"), PLAIN),
        Row("label", term("csvw:title"), TEXT, also=(term("rdfs:label"),)),
        Row("definition", term("skos:definition"), TEXT),
        Row("datatype", term("csvw:datatype"), IRI),
        Row("required", term("csvw:required"), FLAG),
        Row("position", term("schema:position"), COUNT),
        Row("property_url", term("csvw:propertyUrl"), typed(term("csvw:uriTemplate"))),
        Row("unit", term("schema:unitText"), PLAIN),
        Row("example", term("skos:example"), PLAIN),
        Row("citation", term("dct:bibliographicCitation"), PLAIN),
        Row("nulls", term("csvw:null"), PLAIN, many=True),
        Row("aliases", term("skos:altLabel"), word("ja"), many=True),
        Row("rules", term("skos:scopeNote"), TEXT, many=True),
        Row("derivation", term("skos:note"), TEXT, many=True),
        Row("history", term("skos:historyNote"), TEXT, many=True),
        Row("codelist", term("dct:conformsTo"), IRI),
        Row("schema", term("dct:isPartOf"), STANDARD),
        Row("used_by", term("dct:isReferencedBy"), IRI, many=True),
    ),
)
TABLE_SCHEMA = Shape(
    nouns.TableSchema,
    (term("csvw:Schema"), term("dct:Standard")),
    (
        Row("title", term("dct:title"), TEXT),
        Row("description", term("dct:description"), TEXT),
        Row("version", term("dcat:version"), PLAIN),
        Row("version_of", term("dcat:isVersionOf"), IRI),
        Row("previous", term("dcat:previousVersion"), IRI),
        Row("version_notes", term("adms:versionNotes"), PLAIN),
        Row("issued", term("dct:issued"), MOMENT),
        Row("part_of", term("dct:isPartOf"), IRI),
        Row("conforms_to", term("dct:conformsTo"), STANDARD, many=True),
        Row("references", term("dct:references"), IRI, many=True),
        Row("sources", term("dct:source"), IRI, many=True),
        Row("citation", term("dct:bibliographicCitation"), TEXT),
        Row("notes", term("skos:editorialNote"), TEXT, many=True),
        Row("primary_key", term("csvw:primaryKey"), PLAIN, many=True),
        Row("columns", term("csvw:column"), COLUMN, many=True),
        Row("used_by", term("dct:isReferencedBy"), IRI, many=True),
    ),
)
