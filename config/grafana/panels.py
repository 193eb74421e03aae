"""The JSON of Grafana (schema 39: Grafana 10 and 11) for the panels, rows and variables of a dashboard."""

import string
from dataclasses import dataclass

SCHEMA_VERSION = 39
GRID_WIDTH = 24
SOURCE = {"type": "prometheus", "uid": "${datasource}"}

GREEN, YELLOW, ORANGE, RED = "green", "yellow", "orange", "red"


@dataclass(frozen=True)
class Query:
    """`shown` is the legend of a series, or the title of a table's column."""

    expr: str
    shown: str = ""
    exemplars: bool = False


@dataclass(frozen=True)
class Panel:
    title: str
    description: str
    unit: str
    queries: tuple
    kind: str = "timeseries"
    width: int = 8
    height: int = 8
    maximum: float | None = None
    stacked: bool = False
    thresholds: tuple = ()  # (value, color) from which a value has that color
    texts: tuple = ()  # (value, text, color) of a value that is shown as text
    link: str = ""  # where a click on a series, or on the column "endpoint" of a table, leads
    units: tuple = ()  # (column, unit) of a table's columns with other units


@dataclass(frozen=True)
class Row:
    title: str
    panels: tuple
    collapsed: bool = False


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    description: str
    variables: tuple  # (name, label, query)
    rows: tuple


def render(dashboard):
    """The dashboard as the value that Grafana's JSON has."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["wayside"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timepicker": {},
        "timezone": "browser",
        "annotations": {"list": []},
        "links": [_link_to_the_others()],
        "templating": {"list": [_data_source_variable(), *map(_query_variable, dashboard.variables)]},
        "panels": _Layout().place(dashboard.rows),
    }


def _link_to_the_others():
    return {
        "type": "dashboards",
        "title": "wayside",
        "tags": ["wayside"],
        "asDropdown": False,
        "icon": "external link",
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "tooltip": "",
        "url": "",
    }


def _data_source_variable():
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "regex": "",
        "current": {},
        "options": [],
        "includeAll": False,
        "multi": False,
        "hide": 0,
        "refresh": 1,
        "skipUrlSync": False,
    }


def _query_variable(variable):
    name, label, query = variable
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": SOURCE,
        "definition": query,
        "query": {"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "regex": "",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "options": [],
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "hide": 0,
        "refresh": 2,
        "skipUrlSync": False,
        "sort": 1,
    }


class _Layout:
    """Numbers the panels and places them, from left to right and from top to bottom."""

    def __init__(self):
        self._next_id = 1
        self._x = self._y = self._height = 0

    def place(self, rows):
        placed = []
        for row in rows:
            self._break_line()
            heading = self._at({"type": "row", "title": row.title, "collapsed": row.collapsed, "panels": []}, GRID_WIDTH, 1)
            panels = [self._at(_panel(panel), panel.width, panel.height) for panel in row.panels]
            placed.append(heading)
            (heading["panels"] if row.collapsed else placed).extend(panels)
        return placed

    def _at(self, panel, width, height):
        if self._x + width > GRID_WIDTH:
            self._break_line()
        position = {"x": self._x, "y": self._y, "w": width, "h": height}
        number, self._next_id = self._next_id, self._next_id + 1
        self._x += width
        self._height = max(self._height, height)
        return {"id": number, **panel, "gridPos": position}

    def _break_line(self):
        self._y += self._height
        self._x = self._height = 0


def _panel(panel):
    defaults = {"unit": panel.unit, "color": {"mode": "palette-classic"}, "mappings": [], "links": []}
    if panel.maximum is not None:
        defaults["max"] = panel.maximum
    if panel.texts:
        options = {str(value): {"text": text, "color": color, "index": i} for i, (value, text, color) in enumerate(panel.texts)}
        defaults["mappings"] = [{"type": "value", "options": options}]
    steps = [{"value": value, "color": color} for value, color in panel.thresholds]
    defaults["thresholds"] = {"mode": "absolute", "steps": [{"value": None, "color": GREEN}, *steps]}
    result = {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": [_target(panel, query, letter) for query, letter in zip(panel.queries, string.ascii_uppercase)],
    }
    _KINDS[panel.kind](panel, result, defaults)
    return result


def _target(panel, query, letter):
    target = {"refId": letter, "datasource": SOURCE, "editorMode": "code", "expr": query.expr}
    if panel.kind == "table":
        return {**target, "format": "table", "instant": True, "range": False}
    if panel.kind == "bargauge" or (panel.kind == "stat" and panel.texts):
        return {**target, "legendFormat": query.shown, "instant": True, "range": False}
    if panel.kind == "heatmap":
        return {**target, "format": "heatmap", "legendFormat": "{{le}}", "instant": False, "range": True}
    return {**target, "legendFormat": query.shown, "instant": False, "range": True, "exemplar": query.exemplars}


def _links(panel):
    return [{"title": "Endpoint", "url": panel.link}] if panel.link else []


def _timeseries(panel, result, defaults):
    defaults["min"] = 0
    defaults["links"] = _links(panel)
    defaults["custom"] = {
        "drawStyle": "line",
        "fillOpacity": 40 if panel.stacked else 5,
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if panel.stacked else "none"},
        "thresholdsStyle": {"mode": "dashed" if panel.thresholds else "off"},
    }
    result["options"] = {
        "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


_LAST_VALUE = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def _stat(panel, result, defaults):
    defaults["color"] = {"mode": "thresholds"}
    result["options"] = {
        "colorMode": "value",
        "graphMode": "none" if panel.texts else "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": _LAST_VALUE,
        "textMode": "value",
    }


def _bargauge(_panel, result, defaults):
    defaults["min"] = 0
    defaults["color"] = {"mode": "thresholds"}
    result["options"] = {
        "displayMode": "basic",
        "orientation": "horizontal",
        "reduceOptions": _LAST_VALUE,
        "showUnfilled": True,
        "valueMode": "color",
    }


def _heatmap(panel, result, defaults):
    # The unit of the panel is that of the vertical axis; a cell is a number of observations.
    defaults["unit"] = "short"
    defaults["custom"] = {"scaleDistribution": {"type": "linear"}}
    result["options"] = {
        "calculate": False,
        "cellGap": 1,
        "cellValues": {"unit": "short"},
        "color": {
            "mode": "scheme", "scheme": "Oranges", "steps": 64, "scale": "exponential", "exponent": 0.5,
            "fill": "dark-orange", "reverse": False,
        },
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": panel.unit},
    }  # fmt: skip


def _table(panel, result, _defaults):
    """Each query is a column: Grafana calls it "Value #A" until it is renamed. A query without a title adds only its labels."""
    columns = {f"Value #{target['refId']}": query.shown for target, query in zip(result["targets"], panel.queries)}
    titles = {name: title for name, title in columns.items() if title}
    left_out = ["Time", *(columns.keys() - titles.keys())]
    organize = {"excludeByName": dict.fromkeys(left_out, True), "indexByName": {}, "renameByName": titles}
    result["transformations"] = [{"id": "merge", "options": {}}, {"id": "organize", "options": organize}]
    properties = {column: [{"id": "unit", "value": unit}] for column, unit in panel.units}
    if panel.link:
        properties["endpoint"] = [{"id": "links", "value": _links(panel)}]
    result["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": column}, "properties": values} for column, values in properties.items()
    ]
    by_the_first = {"displayName": next(iter(titles.values())), "desc": True}
    result["options"] = {"showHeader": True, "cellHeight": "sm", "sortBy": [by_the_first]}


_KINDS = {"timeseries": _timeseries, "stat": _stat, "bargauge": _bargauge, "heatmap": _heatmap, "table": _table}
