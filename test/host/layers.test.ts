import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commands, MarkdownString, type TreeItem, TreeItemCheckboxState, Uri, workspace } from "vscode";
import type { Services } from "../../src/extension/services.ts";
import { type FilterNode, filtersAtOnce, type LayersNode } from "../../src/extension/views/layers/nodes.ts";
import type { RunResult } from "../../src/protocol/worker.ts";
import { readRun } from "../../src/pruning/runs/readRun.ts";
import { float32, placeFile, placeModel } from "../support/modelFiles.ts";
import { newFolder, reportsOf, sampleModel, services, until } from "./support/secateur.ts";

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
  const roots = (): LayersNode[] => {
    const nodes = layers.getChildren();
    assert.ok(Array.isArray(nodes), "the layers are there at once");
    return nodes;
  };
  const labelOf = (node: LayersNode | undefined): string => {
    const { label } = item(node);
    return typeof label === "object" ? label.label : String(label);
  };
  const find = (name: string): LayersNode => {
    const node = roots().find((each) => labelOf(each) === name);
    assert.ok(node, `no layer ${name}`);
    return node;
  };
  const filtersOf = async (name: string): Promise<FilterNode[]> =>
    (await layers.getChildren(find(name))).filter((node) => node.kind === "filter");
  /** What is said where the mouse rests. */
  const tooltipOf = async (node: LayersNode): Promise<string> => {
    const lazy = item(node);
    assert.equal(lazy.tooltip, undefined, "nothing is made before somebody asks");
    const { tooltip } = await layers.resolveTreeItem(lazy, node);
    assert.ok(tooltip instanceof MarkdownString);
    return tooltip.value.replaceAll("\\", "");
  };

  const stepsOf = ({ folder }: RunResult): { prune: string; remove?: string }[] =>
    JSON.parse(readFileSync(join(folder, "recipe.json"), "utf8")).steps;

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
      assert.match(layers.view.message ?? "", /^[\d,]+ params · [\d.]+ M MACs · ranked by L2 norm$/);
    });

    it("shows every layer of the topology in its order, with its type", () => {
      const shown = roots().map(labelOf);
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

    it("ranks the filters of each layer under it, most important first", async () => {
      const ranked = topology().filter(({ config }) => config.filters || config.units);
      assert.ok(ranked.length > 1);
      for (const { config } of ranked) {
        const nodes = await filtersOf(config.name);
        const filters = nodes.map(({ filter }) => filter);
        assert.equal(filters.length, Math.min(config.filters ?? config.units ?? 0, filtersAtOnce));
        assert.deepEqual(
          filters.map(({ score }) => score),
          filters.map(({ score }) => score).sort((a, b) => b - a),
        );
        assert.match(String(item(nodes[0]).description), /^#1 · [\d.]+ · [\d.]+ %( · locked)?$/);
      }
    });

    it("says of a layer that cannot be pruned why", async () => {
      const flatten = topology().find(({ class_name }) => class_name === "Flatten");
      assert.ok(flatten);
      const [reason] = await layers.getChildren(find(flatten.config.name));
      assert.match(labelOf(reason), /^Not pruned: .{5,}/);
    });

    it("explains the numbers where the mouse rests, and speaks to a screen reader", async () => {
      for (const node of roots()) {
        assert.match(await tooltipOf(node), /multiply-adds/);
        assert.ok((item(node).accessibilityInformation?.label.length ?? 0) > 10);
      }
    });

    it("says which layer is locked, and why", async () => {
      const { iconPath, description } = item(find("output"));
      assert.equal((iconPath as { id: string }).id, "lock");
      assert.match(String(description), /locked/);
      assert.match(
        await tooltipOf(find("output")),
        /Locked\. None of them may be removed: layer "output" gives these channels out/,
      );
    });

    it("draws a filter's kernel where the mouse rests on it", async () => {
      const [best] = await filtersOf("conv1");
      assert.ok(best);
      const tooltip = await tooltipOf(best);
      const [, picture = ""] = /\]\(data:image\/svg\+xml;base64,([^)]+)\)/.exec(tooltip) ?? [];
      const svg = Buffer.from(picture, "base64").toString();
      assert.equal([...svg.matchAll(/M[\d.]+ [\d.]+h1v1h-1z/g)].length, 9);
      assert.match(tooltip, /3 × 3 weights for 1 input, from −?[\d.]+ \(blue is below zero\) to/);
    });

    it("ranks by another criterion once that is chosen, and keeps to it", async () => {
      const before = (await filtersOf("conv1")).map(({ filter }) => filter.score);
      try {
        await commands.executeCommand("secateur.chooseCriterion", "l1");
        assert.equal(workspace.getConfiguration("secateur").get("layers.criterion"), "l1");
        await until("the view to say so", () => layers.view.message?.endsWith("ranked by L1 norm"));
        const after = (await filtersOf("conv1")).map(({ filter }) => filter.score);
        assert.ok(
          after.every((score, i) => score > (before[i] ?? 0)),
          "an L1 norm is larger",
        );
        await commands.executeCommand("secateur.chooseCriterion", "batchNorm");
        await until("the view to say so", () => layers.view.message?.endsWith("ranked by Batch-norm scale"));
        const [said] = await layers.getChildren(find("conv1"));
        assert.match(labelOf(said), /Batch-norm scale says nothing of these filters/);
      } finally {
        await commands.executeCommand("secateur.chooseCriterion", "l2");
      }
    });

    it("leaves out of pruning what is not ticked, and remembers it", async () => {
      const { exclusions, inView } = await services();
      const ticked = (name: string) => item(find(name)).checkboxState;
      const stateOf = (name: string) => (ticked(name) as { state: TreeItemCheckboxState }).state;
      assert.equal(stateOf("conv1"), TreeItemCheckboxState.Checked);
      assert.equal(ticked("pool1"), undefined, "there is nothing to leave out");
      await exclusions.set(sampleModel(), [{ name: "conv1", excluded: true }]);
      await inView.refresh();
      assert.equal(stateOf("conv1"), TreeItemCheckboxState.Unchecked);
      assert.match(String(item(find("conv1")).description), /left out/);
      const run = await commands.executeCommand<RunResult>("secateur.pruneModel", Uri.file(sampleModel()), {
        answers: { sparsity: [0.5] },
      });
      const { trials } = await readRun(run.folder);
      assert.deepEqual(stepsOf(run), [{ prune: "magnitude", scope: "global", sparsity: [0.5], skip: "conv1" }]);
      assert.match(trials[0]?.label ?? "", /without conv1$/);
      await exclusions.set(sampleModel(), [{ name: "conv1", excluded: false }]);
      assert.equal(stateOf("conv1"), TreeItemCheckboxState.Checked);
    });

    it("prunes exactly the filters that are selected", async () => {
      const [first, second] = await filtersOf("conv2");
      const unit = (await filtersOf("dense1"))[0];
      assert.ok(first && second && unit);
      const run = await commands.executeCommand<RunResult>(
        "secateur.pruneFilters",
        first,
        [first, unit, second, find("conv1")],
        { answers: {} },
      );
      assert.equal(run.status, "done");
      const indices = [first, second].map(({ filter }) => filter.index).sort((a, b) => a - b);
      const { trials } = await readRun(run.folder);
      const [step] = stepsOf(run);
      assert.equal(step?.prune, "filters");
      assert.match(
        step?.remove ?? "",
        new RegExp(`^conv2: ${indices[0]}[ -]${indices[1]}; dense1: ${unit.filter.index}$`),
      );
      const [trial] = trials;
      assert.equal(trial?.label, "without 2 filters of conv2, 1 of dense1");
      await inspect(trial?.model ?? "");
      assert.match(String(item(find("conv2")).description), /24×24×30/);
      await inspect(sampleModel());
    });

    it("says in one sentence why filters may not go, and that some must be chosen", async () => {
      const [locked] = await filtersOf("output");
      const refused = await reportsOf(() => commands.executeCommand("secateur.pruneFilters", locked, undefined));
      assert.equal(refused.length, 1);
      assert.match(
        refused[0] ?? "",
        /^Filter \d of "output" cannot be removed, because layer "output" gives these channels out.*\.$/,
      );
      const none = await reportsOf(() => commands.executeCommand("secateur.pruneFilters", find("conv1"), undefined));
      assert.match(none[0] ?? "", /^No filter is selected/);
    });
  });

  it("goes round the layers of a group, which stand out", async () => {
    const conv = (name: string) => ({
      class_name: "Conv2D",
      config: { name, filters: 2, kernel_size: [1, 1], padding: "same", activation: "linear" },
    });
    const layer = ({ class_name, config }: ReturnType<typeof conv>, ...from: string[]) => ({
      class_name,
      config,
      name: config.name,
      inbound_nodes: [from.map((name) => [name, 0, 0, {}])],
    });
    const plain = (class_name: string, config: object & { name: string }) =>
      ({ class_name, config }) as ReturnType<typeof conv>;
    const path = placeModel(newFolder(), {
      topology: {
        class_name: "Model",
        config: {
          name: "residual",
          layers: [
            {
              ...layer(plain("InputLayer", { name: "in", batch_input_shape: [null, 3, 3, 2] } as never)),
              inbound_nodes: [],
            },
            layer(conv("one"), "in"),
            layer(conv("two"), "one"),
            layer(plain("Add", { name: "sum" }), "one", "two"),
            layer(conv("last"), "sum"),
          ],
          input_layers: [["in", 0, 0]],
          output_layers: [["last", 0, 0]],
        },
      },
      groups: [
        {
          weights: ["one", "two", "last"].flatMap((name) => [
            float32(`${name}/kernel`, [1, 1, 2, 2], [1, 2, 3, 4]),
            float32(`${name}/bias`, [2], [0, 0]),
          ]),
        },
      ],
    });
    await inspect(path);
    const highlighted = () =>
      roots()
        .filter((node) => {
          const { label } = item(node);
          return typeof label === "object" && (label.highlights?.length ?? 0) > 0;
        })
        .map(labelOf);
    assert.match(String(item(find("one")).description), /with two/);
    assert.deepEqual(highlighted(), []);
    await commands.executeCommand("secateur.revealGroup", find("one"));
    assert.deepEqual(highlighted(), ["one", "two"]);
    assert.equal(layers.view.message, "Group one: 2 layers make its 2 channels, 2 read them");
    await until("the next layer of the group", () => layers.view.selection.some((node) => labelOf(node) === "two"));
    await commands.executeCommand("secateur.revealGroup");
    await until("the first one again", () => layers.view.selection.some((node) => labelOf(node) === "one"));
    const [reason] = await reportsOf(() => commands.executeCommand("secateur.revealGroup", find("sum")));
    assert.match(reason ?? "", /“sum” belongs to no group/);
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
    let longest = 0;
    let last = before;
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const nodes = await layers.getChildren(layer);
    const shown = nodes.map(item);
    const took = performance.now() - before;
    clearInterval(beat);
    assert.ok(took < 2000, `the list took ${took} ms`);
    assert.ok(longest < 500, `the extension host stood still for ${longest} ms`);
    assert.equal(shown.length, filtersAtOnce + 1);
    assert.equal(labelOf(nodes[0]), "Unit 9999");
    const more = nodes.at(-1);
    assert.equal(labelOf(more), "Show 200 more");
    await commands.executeCommand("secateur.showMoreFilters", more);
    assert.equal((await layers.getChildren(layer)).length, 2 * filtersAtOnce + 1);
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
        const [failure, ...others] = roots();
        assert.equal(others.length, 0);
        assert.equal(labelOf(failure), shown[0]);
        assert.equal(item(failure).command?.command, "secateur.showLog");
      });
    }
  });
});
