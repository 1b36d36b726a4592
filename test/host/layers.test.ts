import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { commands, MarkdownString, type TreeItem, Uri } from "vscode";
import type { Services } from "../../src/extension/services.ts";
import { filtersAtOnce, type LayersNode } from "../../src/extension/views/layers/tree.ts";
import { float32, placeFile, placeModel } from "../support/modelFiles.ts";
import { newFolder, reportsOf, sampleModel, services } from "./support/secateur.ts";

interface KerasLayer {
  readonly class_name: string;
  readonly config: { readonly name: string; readonly filters?: number; readonly units?: number };
}

describe("Layers view", () => {
  let layers: Services["layers"];
  const inspect = (path: string) => commands.executeCommand("secateur.inspectModel", Uri.file(path));
  const item = (node: LayersNode | undefined): TreeItem => {
    assert.ok(node);
    return layers.getTreeItem(node);
  };
  const find = (name: string): LayersNode => {
    const node = layers.getChildren().find((each) => item(each).label === name);
    assert.ok(node, `no layer ${name}`);
    return node;
  };

  before(async () => {
    ({ layers } = await services());
  });

  describe("of the sample model", () => {
    const topology = (): KerasLayer[] => {
      const { modelTopology } = JSON.parse(readFileSync(sampleModel(), "utf8"));
      return (modelTopology.model_config ?? modelTopology).config.layers;
    };

    before(() => inspect(sampleModel()));

    it("names the model, and says how sparse and how large it is", () => {
      assert.equal(layers.view.description, "mnist-cnn · 0 % sparse");
      assert.match(layers.view.message ?? "", /^[\d,]+ params · [\d.]+ M MACs$/);
    });

    it("shows every layer of the topology in its order, with its type", () => {
      const shown = layers.getChildren().map((node) => String(item(node).label));
      const expected = topology().map(({ config }) => config.name);
      assert.deepEqual(
        shown.filter((name) => expected.includes(name)),
        expected,
      );
      for (const { class_name, config } of topology())
        assert.ok(
          String(item(find(config.name)).description)
            .split(" · ")
            .includes(class_name),
          config.name,
        );
    });

    it("ranks the filters of each layer under it, most important first", () => {
      const ranked = topology().filter(({ config }) => config.filters || config.units);
      assert.ok(ranked.length > 1);
      for (const { config } of ranked) {
        const nodes = layers.getChildren(find(config.name));
        const filters = nodes.flatMap((node) => (node.kind === "filter" ? [node.filter] : []));
        assert.equal(filters.length, Math.min(config.filters ?? config.units ?? 0, filtersAtOnce));
        assert.deepEqual(
          filters.map(({ score }) => score),
          filters.map(({ score }) => score).sort((a, b) => b - a),
        );
        assert.match(String(item(nodes[0]).description), /^[\d.]+ · [\d.]+ %$/);
      }
    });

    it("says of a layer that cannot be pruned why", () => {
      const flatten = topology().find(({ class_name }) => class_name === "Flatten");
      assert.ok(flatten);
      const [reason] = layers.getChildren(find(flatten.config.name));
      assert.match(String(item(reason).label), /^Not pruned: .{5,}/);
    });

    it("explains the numbers where the mouse rests, and speaks to a screen reader", () => {
      for (const node of layers.getChildren()) {
        const { tooltip, accessibilityInformation } = item(node);
        assert.ok(tooltip instanceof MarkdownString);
        assert.match(tooltip.value, /multiply\\-adds/);
        assert.ok((accessibilityInformation?.label.length ?? 0) > 10);
      }
    });
  });

  it("opens a layer of 10,000 units at once, 200 at a time", async () => {
    const units = 10_000;
    const path = placeModel(newFolder(), {
      topology: {
        class_name: "Sequential",
        config: {
          name: "wide",
          layers: [
            {
              class_name: "Dense",
              config: { name: "wide", units, batch_input_shape: [null, 2], activation: "linear" },
            },
          ],
        },
      },
      groups: [
        {
          weights: [
            float32(
              "wide/kernel",
              [2, units],
              Array.from({ length: 2 * units }, (_, i) => (i % units) / units),
            ),
            float32("wide/bias", [units], new Float32Array(units)),
          ],
        },
      ],
    });
    await inspect(path);
    const layer = find("wide");
    const before = performance.now();
    const shown = layers.getChildren(layer).map(item);
    assert.ok(performance.now() - before < 1000, "the list took a second");
    assert.equal(shown.length, filtersAtOnce + 1);
    assert.equal(shown[0]?.label, "Unit 9999");
    const more = layers.getChildren(layer).at(-1);
    assert.equal(item(more).label, "Show 200 more");
    await commands.executeCommand("secateur.showMoreFilters", more);
    assert.equal(layers.getChildren(layer).length, 2 * filtersAtOnce + 1);
  });

  describe("of something else", () => {
    const sentences: [string, string, RegExp][] = [
      ["text", "this is no JSON", /text\.json/],
      ["other JSON", '{"name": "not a model"}', /other\.json/],
      ["a model whose weights are missing", "", /none\.bin/],
    ];
    for (const [what, content, names] of sentences) {
      it(`says what is wrong with ${what}, in one sentence and in the view`, async () => {
        const folder = newFolder();
        const path =
          content === ""
            ? placeFile(
                folder,
                "model.json",
                JSON.stringify({
                  modelTopology: { class_name: "Sequential", config: { layers: [] } },
                  weightsManifest: [{ paths: ["none.bin"], weights: [{ name: "a", shape: [1], dtype: "float32" }] }],
                }),
              )
            : placeFile(folder, what === "text" ? "text.json" : "other.json", content);
        const shown = await reportsOf(() => inspect(path));
        assert.equal(shown.length, 1);
        assert.match(shown[0] ?? "", names);
        assert.match(shown[0] ?? "", /\.$/);
        const [failure, ...others] = layers.getChildren();
        assert.equal(others.length, 0);
        assert.equal(item(failure).label, shown[0]);
        assert.equal(item(failure).command?.command, "secateur.showLog");
      });
    }
  });
});
