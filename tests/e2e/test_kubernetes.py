"""The manifests of config/kubernetes: fields that Kubernetes knows, with names, ports and labels that fit together.

Debian's model of the API (python3-kubernetes) tells the fields and their types. The kustomize component is applied here
as kustomize does it, and by kubectl itself where it is installed: both have to come to the same.
"""

import copy
import json
import re
import shutil
import subprocess
import unittest

import yaml
from kubernetes import client

import support

FOLDER = support.SOURCE / "config" / "kubernetes"

# Native sidecars are younger than Debian's model.
NEWER_FIELDS = {"V1Container": {"restartPolicy": "str"}}

# What is no part of Kubernetes itself, as far as these manifests use it.
OTHER_KINDS = {
    "PodMonitor": {
        "apiVersion": "str", "kind": "str", "metadata": "V1ObjectMeta",
        "spec": {
            "jobLabel": "str", "selector": "V1LabelSelector",
            "podMetricsEndpoints": [{"port": "str", "path": "str", "interval": "str"}],
        },
    },
    "Component": {
        "apiVersion": "str", "kind": "str",
        "patches": [{"path": "str", "target": {"kind": "str"}}], "images": [{"name": "str", "newTag": "str"}],
    },
    "Kustomization": {
        "apiVersion": "str", "kind": "str", "resources": ["str"], "components": ["str"],
        "configMapGenerator": [{"name": "str", "files": ["str"]}],
    },
}  # fmt: skip

SIMPLE = {"str": str, "int": int, "bool": bool, "datetime": str}


def mistakes(value, kind, place):
    """Where `value` is not what the model says, as a list of texts."""
    if isinstance(kind, dict):
        return mistakes_of_mapping(value, kind, place)
    if isinstance(kind, list):
        return mistakes_of_list(value, kind[0], place)
    if found := re.fullmatch(r"list\[(.+)\]", kind):
        return mistakes_of_list(value, found.group(1), place)
    if found := re.fullmatch(r"dict\(str, (.+)\)", kind):
        fields = value if isinstance(value, dict) else {}
        return mistakes_of_mapping(value, dict.fromkeys(fields, found.group(1)), place)
    if kind == "object":  # a number or a name: IntOrString
        return [] if isinstance(value, (int, str)) else [f"{place}: expected a number or a name"]
    if kind in SIMPLE:
        return [] if type(value) is SIMPLE[kind] else [f"{place}: expected {kind}, found {value!r}"]
    model = getattr(client, kind)
    fields = {key: model.openapi_types[name] for name, key in model.attribute_map.items()}
    return mistakes_of_mapping(value, {**fields, **NEWER_FIELDS.get(kind, {})}, place)


def mistakes_of_mapping(value, fields, place):
    if not isinstance(value, dict):
        return [f"{place}: expected a mapping, found {value!r}"]
    found = [f"{place}: no field {key}" for key in value if key not in fields]
    for key in value.keys() & fields.keys():
        found += mistakes(value[key], fields[key], f"{place}.{key}")
    return found


def mistakes_of_list(value, kind, place):
    if not isinstance(value, list):
        return [f"{place}: expected a list, found {value!r}"]
    return [text for i, item in enumerate(value) for text in mistakes(item, kind, f"{place}[{i}]")]


def documents(file):
    return list(yaml.safe_load_all(file.read_text()))


def merged(value, patch):
    """A strategic merge patch: mappings and lists of named items merge, other values are replaced."""
    if isinstance(value, dict) and isinstance(patch, dict):
        return {**value, **{key: merged(value[key], new) if key in value else new for key, new in patch.items()}}
    if isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in [*value, *patch]):
        items = {item["name"]: item for item in patch}
        for item in value:
            items[item["name"]] = merged(item, items[item["name"]]) if item["name"] in items else item
        return list(items.values())
    return copy.deepcopy(patch)


def built_here(folder):
    """What `kubectl kustomize` makes of a folder, but for the hash in the name of a ConfigMap."""
    (top,) = documents(folder / "kustomization.yaml")
    built = [document for name in top["resources"] for document in documents(folder / name)]
    for name in top["components"]:
        (component,) = documents(folder / name / "kustomization.yaml")
        tags = {image["name"]: image["newTag"] for image in component["images"]}
        for patch in component["patches"]:
            (change,) = documents(folder / name / patch["path"])
            change["metadata"] = {}
            built = [merged(each, change) if each["kind"] == patch["target"]["kind"] else each for each in built]
        for deployment in of_kind(built, "Deployment"):
            for container in containers(deployment):
                if container["image"] in tags:
                    container["image"] += ":" + tags[container["image"]]
    for generator in top["configMapGenerator"]:
        data = {name: (folder / name).read_text() for name in generator["files"]}
        built.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data})
    return built


def built_by_kubectl(folder):
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=True)
    # The hash in the name of a generated ConfigMap, and in what refers to it.
    return list(yaml.safe_load_all(re.sub(r"\bwayside-[0-9a-z]{10}\b", "wayside", done.stdout)))


def kubectl_knows_components():
    if shutil.which("kubectl") is None:
        return False
    shown = subprocess.run(["kubectl", "version", "--client"], capture_output=True, text=True, check=False).stdout
    return re.search(r"Kustomize Version: v([0-9]+)", shown) is not None


def of_kind(all_documents, kind):
    return [document for document in all_documents if document["kind"] == kind]


def containers(deployment):
    spec = deployment["spec"]["template"]["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def in_order(all_documents):
    return sorted((json.dumps(document, sort_keys=True) for document in all_documents))


class Manifests(support.TestCase):
    def test_every_field_is_known(self):
        files = sorted(file for file in FOLDER.rglob("*.yaml") if file.name != "wayside.yaml")
        self.assertGreaterEqual(len(files), 6)
        for file in files:
            for document in documents(file):
                kind = OTHER_KINDS.get(document["kind"], "V1" + document["kind"])
                self.assertEqual(mistakes(document, kind, file.name), [])

    def test_a_mistake_is_found(self):
        deployment = of_kind(documents(FOLDER / "deployment.yaml"), "Deployment")[0]
        container = containers(deployment)[0]
        container["readOnly"] = True
        container["ports"][0]["containerPort"] = "8080"
        container["startupProbe"]["httpGet"] = []
        found = mistakes(deployment, "V1Deployment", "d")
        place = r"d\.spec\.template\.spec\.initContainers\[0\]"
        self.assertEqual(len(found), 3, found)
        for text in (f"{place}: no field readOnly", f"{place}.ports\\[0\\].containerPort: expected int", "expected a mapping"):
            self.assertTrue(any(re.search(text, each) for each in found), text)

    def test_the_parts_fit_together(self):
        self.check(documents(FOLDER / "deployment.yaml"))

    def test_the_component_adds_what_the_deployment_has(self):
        here = built_here(FOLDER / "example")
        self.check(here)
        alone = of_kind(documents(FOLDER / "deployment.yaml"), "Deployment")[0]
        self.assertEqual(containers(of_kind(here, "Deployment")[0])[0], containers(alone)[0])
        # Debian 12 has no kubectl that knows components; where there is one from elsewhere, it has the last word.
        if kubectl_knows_components():
            self.assertEqual(in_order(built_by_kubectl(FOLDER / "example")), in_order(here))

    def test_the_pod_monitor_finds_the_pods(self):
        (monitor,) = documents(FOLDER / "podmonitor.yaml")
        for all_documents in (documents(FOLDER / "deployment.yaml"), built_here(FOLDER / "example")):
            (deployment,) = of_kind(all_documents, "Deployment")
            labels = deployment["spec"]["template"]["metadata"]["labels"]
            self.assertLessEqual(monitor["spec"]["selector"]["matchLabels"].items(), labels.items())
            self.assertIn(monitor["spec"]["jobLabel"], labels)
            ports = [port["name"] for port in containers(deployment)[0]["ports"]]
            self.assertIn(monitor["spec"]["podMetricsEndpoints"][0]["port"], ports)

    def check(self, all_documents):
        (deployment,) = of_kind(all_documents, "Deployment")
        (service,) = of_kind(all_documents, "Service")
        (config,) = of_kind(all_documents, "ConfigMap")
        pod = deployment["spec"]["template"]
        labels = pod["metadata"]["labels"]
        self.assertLessEqual(deployment["spec"]["selector"]["matchLabels"].items(), labels.items())
        self.assertLessEqual(service["spec"]["selector"].items(), labels.items())
        sidecar = pod["spec"]["initContainers"][0]
        self.assertEqual((sidecar["name"], sidecar["restartPolicy"]), ("wayside", "Always"))

        # The configuration is accepted, and listens where the manifests expect it.
        (name, text), = config["data"].items()
        file = self.folder / name
        file.write_text(text)
        status, shown, complaint = support.run_wayside("--check", "--config", file)
        self.assertEqual((status, complaint), (0, ""))
        settings = yaml.safe_load(shown)
        ports = {port["name"]: port["containerPort"] for port in sidecar["ports"]}
        self.assertEqual(settings["listen"], f"0.0.0.0:{ports['http']}")
        self.assertEqual(settings["metrics"]["listen"], f"0.0.0.0:{ports['metrics']}")
        self.assertEqual(service["spec"]["ports"][0]["targetPort"], ports["http"])
        environment = {entry["name"]: entry["value"] for entry in containers(deployment)[1]["env"]}
        self.assertEqual(settings["backend"]["url"], f"http://{environment['LISTEN']}")
        drain = int(re.fullmatch(r"(\d+)s", settings["timeouts"]["drain"]).group(1))
        self.assertGreater(pod["spec"]["terminationGracePeriodSeconds"], drain + 5)

        # It is where the image looks for it: docker/Dockerfile.
        (mount,) = sidecar["volumeMounts"]
        dockerfile = (support.SOURCE / "docker/Dockerfile").read_text()
        self.assertIn(f"WAYSIDE_CONFIG={mount['mountPath']}/{name}\n", dockerfile)
        volumes = {volume["name"]: volume["configMap"]["name"] for volume in pod["spec"]["volumes"]}
        self.assertEqual(volumes[mount["name"]], config["metadata"]["name"])
        self.assertIn(f"USER {sidecar['securityContext']['runAsUser']}:", dockerfile)

        # The probes ask pages that a wayside with this configuration has.
        running = self.start_wayside(config=text)
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            page = sidecar[probe]["httpGet"]
            self.assertEqual(page["port"], "metrics")
            self.assertEqual(support.fetch(running.metrics_port, page["path"]).status, 200)


if __name__ == "__main__":
    unittest.main()
