import assert from "node:assert/strict";
import { groupLine, isLocked, membersOf, tiesOf } from "../../../../src/extension/views/layers/groups.ts";
import type { GroupInspection, LayerInspection } from "../../../../src/pruning/metrics/inspection.ts";

describe("extension/views/layers/groups", () => {
  const group = (name: string, makers: string[], followers: string[], free = 8): GroupInspection => ({
    name,
    makers,
    followers,
    readers: ["dense"],
    channels: 8,
    free,
  });
  const groups = [group("a", ["a", "c"], ["norm", "d"]), group("b", ["b"], ["norm"], 0)];
  const layers = ["b", "d", "c", "norm", "a"].map((name) => ({ name }) as LayerInspection);

  it("knows the groups that a layer makes or follows", () => {
    const ties = (layer: string) => tiesOf(layer, { groups }).map((tie) => [tie.group.name, tie.makes]);
    assert.deepEqual(ties("c"), [["a", true]]);
    assert.deepEqual(ties("norm"), [
      ["a", false],
      ["b", false],
    ]);
    assert.deepEqual(ties("dense"), []);
    assert.deepEqual(tiesOf("a", {}), []);
  });

  it("lists the layers of a group in the model's order", () => {
    assert.deepEqual(membersOf(groups[0] as GroupInspection, { layers }), ["d", "c", "norm", "a"]);
  });

  it("takes a layer for locked whose own filters may not go", () => {
    assert.equal(isLocked(tiesOf("b", { groups })), true);
    assert.equal(isLocked(tiesOf("a", { groups })), false);
    assert.equal(isLocked(tiesOf("norm", { groups })), false);
  });

  it("says of a group how large it is, in one line", () => {
    assert.equal(
      groupLine(groups[0] as GroupInspection),
      "Group a: 2 layers make its 8 channels, 2 follow, 1 reads them",
    );
    assert.equal(
      groupLine(groups[1] as GroupInspection),
      "Group b: 1 layer makes its 8 channels, 1 follows, 1 reads them, locked",
    );
  });
});
