"""The traffic of a namespace as plain data, and back; ports are written as text."""

from collections.abc import Mapping, Sequence

from tenancy.config.document import JSON
from tenancy.model import Egress, Ingress, Network, PortRange

__all__ = ["network_data", "restored_network"]


def network_data(network: Network) -> dict[str, JSON]:
    """Return *network* as plain data, with `ingress` and `egress` by the kind of peer."""
    return {
        "sameOrganization": network.same_organization,
        "observability": network.observability,
        "metricsPorts": list(network.metrics_ports),
        "sharedServices": list(network.shared_services),
        "egressCidrs": list(network.egress_cidrs),
        "ingress": {str(i): _rule(rule) for i, rule in enumerate(network.ingress)},
        "egress": {str(i): _rule(rule) for i, rule in enumerate(network.egress)},
    }


def _rule(rule: Ingress | Egress) -> dict[str, JSON]:
    data: dict[str, JSON] = {
        "organization": rule.organization,
        "namespaces": list(rule.namespaces),
        "cidrs": list(rule.cidrs),
        "ports": [str(port) for port in rule.ports],
        "podLabels": dict(rule.pod_labels),
    }
    if isinstance(rule, Ingress):
        return {"controller": rule.controller, **data}
    return {"internet": rule.internet, **data}


def restored_network(data: Mapping[str, JSON]) -> Network:
    """Return the network that `network_data` wrote as *data*; older data has fewer keys."""
    return Network(
        same_organization=data.get("sameOrganization") is not False,
        observability=data.get("observability") is not False,
        metrics_ports=tuple(int(port) for port in _texts(data.get("metricsPorts"))),
        shared_services=_texts(data.get("sharedServices")),
        egress_cidrs=_texts(data.get("egressCidrs")),
        ingress=tuple(
            Ingress(
                controller=_text(rule.get("controller")),
                organization=_text(rule.get("organization")),
                namespaces=_texts(rule.get("namespaces")),
                cidrs=_texts(rule.get("cidrs")),
                ports=_ports(rule),
                pod_labels=_labels(rule.get("podLabels")),
            )
            for rule in _rules(data.get("ingress"))
        ),
        egress=tuple(
            Egress(
                internet=rule.get("internet") is True,
                organization=_text(rule.get("organization")),
                namespaces=_texts(rule.get("namespaces")),
                cidrs=_texts(rule.get("cidrs")),
                ports=_ports(rule),
                pod_labels=_labels(rule.get("podLabels")),
            )
            for rule in _rules(data.get("egress"))
        ),
    )


def _rules(value: JSON) -> Sequence[Mapping[str, JSON]]:
    if not isinstance(value, Mapping):
        return ()
    found = {int(key): rule for key, rule in value.items() if isinstance(rule, Mapping)}
    return [found[position] for position in sorted(found)]


def _ports(rule: Mapping[str, JSON]) -> tuple[PortRange, ...]:
    return tuple(_port(text) for text in _texts(rule.get("ports")))


def _port(text: str) -> PortRange:
    protocol, _, ports = text.partition(" ")
    first, _, last = ports.partition("-")
    return PortRange(protocol, int(first), int(last or first))


def _labels(value: JSON) -> dict[str, str]:
    return {k: str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}


def _texts(value: JSON) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    # The engine returns whole numbers as floating-point numbers.
    return tuple(str(int(v)) if isinstance(v, float) else str(v) for v in value)


def _text(value: JSON) -> str | None:
    return value if isinstance(value, str) else None
