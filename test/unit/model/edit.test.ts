import assert from "node:assert/strict";
import fc from "fast-check";
import { type JsonChange, withJson } from "../../../src/pruning/model/edit.ts";
import type { JsonObject, JsonValue, Model } from "../../../src/pruning/model/model.ts";

const modelOf = (source: string): Model => ({
  format: "layers-model",
  source,
  json: JSON.parse(source.replace(/^\uFEFF/, "")),
  weights: new Map(),
  groups: [],
});

const edited = (source: string, ...changes: JsonChange[]) => withJson(modelOf(source), changes);

describe("changing a model.json", () => {
  const indented = '{\n    "a": {"filters":  64, "z": [1,\t2]},\n    "last": null\n}\n';

  it("changes what it is told and leaves every other byte", () => {
    const { source, json } = edited(indented, { path: ["a", "filters"], value: 32 }, { path: ["a", "z", 1], value: 7 });
    assert.equal(source, '{\n    "a": {"filters":  32, "z": [1,\t7]},\n    "last": null\n}\n');
    assert.deepEqual(json, { a: { filters: 32, z: [1, 7] }, last: null });
  });

  it("adds keys behind the last one, set apart as that is", () => {
    const added: JsonChange = { path: ["more"], value: { deep: [1, 2] } };
    assert.equal(
      edited(indented, added).source,
      '{\n    "a": {"filters":  64, "z": [1,\t2]},\n    "last": null,\n    "more": {"deep":[1,2]}\n}\n',
    );
    assert.equal(edited('{"a":1,"b":2}', added).source, '{"a":1,"b":2,"more":{"deep":[1,2]}}');
    assert.equal(edited('{"a": 1, "b": 2}', added).source, '{"a": 1, "b": 2, "more": {"deep":[1,2]}}');
    assert.equal(edited('{"a": {}}', { path: ["a", "b"], value: 1 }).source, '{"a": {"b":1}}');
    assert.equal(
      edited('{"a": {\n  "x": 1\n}}', { path: ["a", "b"], value: 1 }).source,
      '{"a": {\n  "x": 1,\n  "b": 1\n}}',
    );
  });

  it("takes keys away with one comma, wherever they stand, and does not miss those that are not there", () => {
    const source = '{"a": 1, "b": {"c": 2}, "d": 3}';
    assert.equal(edited(source, { path: ["a"] }).source, '{"b": {"c": 2}, "d": 3}');
    assert.equal(edited(source, { path: ["b"] }).source, '{"a": 1, "d": 3}');
    assert.equal(edited(source, { path: ["d"] }).source, '{"a": 1, "b": {"c": 2}}');
    assert.equal(edited(source, { path: ["b", "c"] }).source, '{"a": 1, "b": {}, "d": 3}');
    assert.equal(edited(source, { path: ["e"] }).source, source);
  });

  it("adds behind what it takes away", () => {
    assert.equal(edited('{"a": 1, "b": 2}', { path: ["b"] }, { path: ["c"], value: 3 }).source, '{"a": 1, "c": 3}');
  });

  it("keeps a byte order mark, and does not add where nothing can be added", () => {
    assert.equal(edited('\uFEFF{"a": 1}', { path: ["a"], value: 2 }).source, '\uFEFF{"a": 2}');
    assert.throws(() => edited('{"a": 1}', { path: ["a", "b"], value: 2 }), /a\.b/);
    assert.throws(() => edited('{"a": 1}', { path: ["x", "b"], value: 2 }), /x\.b/);
  });

  it("gives the same JSON as changing the object does, for any object and any way to write it", () => {
    const value = fc.jsonValue() as fc.Arbitrary<JsonValue>;
    const key = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__");
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { minKeys: 2 }),
        fc.constantFrom(0, 2, "\t"),
        key,
        value,
        fc.nat(),
        (object, space, added, what, pick) => {
          const keys = Object.keys(object);
          const taken = keys[pick % keys.length] as string;
          fc.pre(taken !== added);
          const { [taken]: _, ...rest } = object as JsonObject;
          const { source, json } = edited(
            JSON.stringify(object, null, space),
            { path: [taken] },
            { path: [added], value: what },
          );
          assert.deepEqual(JSON.parse(source), JSON.parse(JSON.stringify({ ...rest, [added]: what })));
          assert.deepEqual(json, JSON.parse(source));
        },
      ),
    );
  });
});
