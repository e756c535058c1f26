"""How a policy that is put in is described: by its model and its rule book's, though it is checked by the action that takes it."""

from typing import Annotated, Any

from pydantic import BaseModel, WithJsonSchema
from pydantic.json_schema import models_json_schema

from models.policy import Policy
from workflows.calculations.rule_books import FixedTiers

SCHEMAS = "#/components/schemas/{model}"
MODELS: dict[str, type[BaseModel]] = {"CallPolicy": Policy, "RuleBook": FixedTiers}
NAMED = "x-model"  # stands for a reference until the description is put together: a schema may only refer to what is made with it

PolicyGiven = Annotated[dict[str, Any], WithJsonSchema({"type": "object", NAMED: "CallPolicy"})]


def policy_schemas() -> dict[str, Any]:
    """The schemas of a policy, of its rule book, and of their parts, by name."""
    made, parts = models_json_schema([(model, "validation") for model in MODELS.values()], ref_template=SCHEMAS)
    names = {made[model, "validation"]["$ref"].rpartition("/")[2]: name for name, model in MODELS.items()}
    schemas = {names.get(name, name): schema for name, schema in parts["$defs"].items()}
    schemas["CallPolicy"]["properties"]["rule_book"] = {NAMED: "RuleBook"}
    return schemas


def refer_to_models(schema: Any) -> Any:
    """A schema in which whatever names a model refers to the model's own."""
    if isinstance(schema, dict):
        return {"$ref": SCHEMAS.format(model=schema[NAMED])} if NAMED in schema else {k: refer_to_models(v) for k, v in schema.items()}
    return [refer_to_models(each) for each in schema] if isinstance(schema, list) else schema
