import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationTarget, commands, Uri, window, workspace } from "vscode";
import type { Services } from "../../src/extension/services.ts";
import type { PruneAnswers } from "../../src/extension/wizard/answers.ts";
import type { RunResult } from "../../src/protocol/worker.ts";
import { readRun } from "../../src/pruning/runs/readRun.ts";
import { placeFile } from "../support/modelFiles.ts";
import { newFolder, reportsOf, sampleData, sampleModel, services, until, workspaceFolder } from "./support/secateur.ts";

describe("runs", function () {
  this.timeout(120_000);
  let secateur: Services;
  const many = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

  const prune = (answers: Partial<PruneAnswers>, model = sampleModel()) =>
    commands.executeCommand<RunResult | undefined>("secateur.pruneModel", Uri.file(model), { answers });
  const nodeOf = (folder: string) => {
    const node = secateur.runs.getChildren().find((each) => each.kind === "run" && each.run.folder === folder);
    assert.ok(node, `no run ${folder} in the tree`);
    return node;
  };
  const labels = (folder: string) =>
    secateur.runs.getChildren(nodeOf(folder)).map((node) => {
      const { label, description } = secateur.runs.getTreeItem(node);
      return `${label}: ${description}`;
    });
  /** The run folder of the job that goes, as soon as a trial is in it. */
  const firstTrial = () =>
    until(
      "the first trial",
      () => secateur.store.runs.find((run) => run.status === "running" && run.trials.length > 0),
      60_000,
    );

  before(async () => {
    secateur = await services();
    await commands.executeCommand("secateur.runs.focus");
    const settings = workspace.getConfiguration("secateur");
    await settings.update("backend", "wasm", ConfigurationTarget.Global);
    await settings.update("data.limit", 500, ConfigurationTarget.Global);
  });
  after(async () => {
    for (const name of ["backend", "data.limit"])
      await workspace.getConfiguration("secateur").update(name, undefined, ConfigurationTarget.Global);
  });

  describe("from command to disk", () => {
    let result: RunResult;
    before(async () => {
      const answer = await prune({ sparsity: [0.5, 0.9], data: sampleData() });
      assert.ok(answer);
      result = answer;
    });

    it("writes a run into the workspace's .secateur/runs", async () => {
      assert.equal(result.status, "done");
      assert.equal(join(result.folder, ".."), join(workspaceFolder(), ".secateur", "runs"));
      const run = await readRun(result.folder);
      assert.equal(run.status, "done");
      assert.deepEqual(
        run.trials.map(({ label }) => label),
        ["magnitude 50 %", "magnitude 90 %"],
      );
      for (const { model } of run.trials) assert.ok(existsSync(model), model);
      assert.ok((run.baseline?.metrics.accuracy ?? 0) > 0.9);
    });

    it("leaves the user's model as it was", () => {
      assert.deepEqual(readdirSync(join(sampleModel(), "..")).toSorted(), ["model.json", "weights.bin"]);
    });

    it("shows the run and its trials in the tree, the baseline first", () => {
      const [baseline, half, most] = labels(result.folder);
      assert.match(baseline ?? "", /^unpruned: 9\d\.\d % accuracy · 0 % sparse$/);
      assert.match(half ?? "", /^magnitude 50 %: [\d.]+ % accuracy · 50 % sparse$/);
      assert.match(most ?? "", /^magnitude 90 %: [\d.]+ % accuracy · 90 % sparse$/);
    });

    it("opens the chart meanwhile, in a tab of its own", () => {
      const tabs = window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);
      assert.equal(tabs.filter((label) => label === "Pareto Chart").length, 1);
    });

    it("shows the layers of a trial that is selected, and how sparse they have become", async () => {
      const trial = secateur.store.runs.at(-1)?.trials.at(-1);
      assert.ok(trial);
      await commands.executeCommand("secateur.layers.focus");
      await commands.executeCommand("secateur.selectTrial", trial.id);
      assert.equal(secateur.store.selected, trial.id);
      await until("its layers", () => secateur.layers.view.description === "mnist-cnn, magnitude 90 % · 90 % sparse");
    });

    it("opens the model of a trial", async () => {
      const trial = secateur.store.runs.at(-1)?.trials[0];
      assert.ok(trial);
      await commands.executeCommand("secateur.openModel", trial.id);
      assert.equal(window.activeTextEditor?.document.uri.fsPath, trial.model);
    });

    it("keeps a run that is there again after a refresh, with its colour", async () => {
      const before = secateur.store.runs.at(-1)?.colour;
      await commands.executeCommand("secateur.refresh");
      assert.equal(secateur.store.runs.at(-1)?.colour, before);
    });

    it("notices a run that is deleted behind its back", async () => {
      const answer = await prune({ sparsity: [0.5] });
      assert.ok(answer);
      await workspace.fs.delete(Uri.file(answer.folder), { recursive: true });
      await until("its going", () => secateur.store.runs.every(({ folder }) => folder !== answer.folder));
    });

    it("deletes a run when told to", async () => {
      const answer = await prune({ sparsity: [0.5] });
      assert.ok(answer);
      await commands.executeCommand("secateur.deleteRun", nodeOf(answer.folder), { confirmed: true });
      assert.ok(!existsSync(answer.folder));
      assert.ok(secateur.store.runs.every(({ folder }) => folder !== answer.folder));
    });
  });

  it("runs a recipe file, which may hold comments", async () => {
    const recipe = `{ // sizes only
      "model": ${JSON.stringify(sampleModel())}, "steps": [{ "prune": "magnitude", "sparsity": 0.25 }], }`;
    const file = placeFile(newFolder(), "quarter.recipe.json", recipe);
    let result: RunResult | undefined;
    const reports = await reportsOf(async () => {
      result = await commands.executeCommand("secateur.runRecipe", Uri.file(file));
    });
    assert.deepEqual(reports, []);
    assert.ok(result);
    assert.match(labels(result.folder)[1] ?? "", /^magnitude 25 %: .+ gzipped · 25 % sparse$/);
  });

  it("shows a person what a run foresees before it begins", async () => {
    const steps = [{ prune: "sss", gamma: 1e-5, steps: 2 }];
    const recipe = { model: sampleModel(), data: { path: sampleData() }, backend: "wasm", latency: false, steps };
    const file = placeFile(newFolder(), "slow.recipe.json", JSON.stringify(recipe));
    const reports = await reportsOf(() => commands.executeCommand("secateur.runRecipe", Uri.file(file)));
    assert.equal(reports.length, 1, reports.join("; "));
    assert.match(reports[0] ?? "", /: With γ 0\.00001 a factor that nobody needs is zero after about \S+ steps, /);
  });

  it("leaves a readable run folder when cancelled in the middle", async () => {
    const going = prune({ sparsity: many, data: sampleData() });
    const { folder } = await firstTrial();
    await commands.executeCommand("secateur.cancelRun", nodeOf(folder));
    const result = await going;
    assert.equal(result?.status, "cancelled");
    const run = await readRun(folder);
    assert.equal(run.status, "cancelled");
    assert.ok(run.trials.length > 0 && run.trials.length < many.length);
    for (const { model } of run.trials) JSON.parse(readFileSync(model, "utf8"));
    assert.match(String(secateur.runs.getTreeItem(nodeOf(folder)).description), /^cancelled · /);
    assert.equal(secateur.jobs.jobs.length, 0);
  });

  it("takes up a run that was cancelled, and offers that for no other", async () => {
    const few = [0.2, 0.3, 0.4, 0.5];
    const going = prune({ sparsity: few, data: sampleData() });
    const { folder } = await firstTrial();
    await commands.executeCommand("secateur.cancelRun", nodeOf(folder));
    const { trials = 0 } = (await going) ?? {};
    assert.ok(trials > 0 && trials < few.length);
    assert.equal(secateur.runs.getTreeItem(nodeOf(folder)).contextValue, "run.ended.resumable");
    const before = await readRun(folder);
    let result: RunResult | undefined;
    const reports = await reportsOf(async () => {
      result = await commands.executeCommand("secateur.resumeRun", nodeOf(folder));
    });
    assert.deepEqual(reports, []);
    assert.deepEqual(result, { folder, status: "done", trials: few.length });
    const run = await readRun(folder);
    assert.deepEqual(run.trials.slice(0, trials), before.trials);
    assert.equal(secateur.runs.getTreeItem(nodeOf(folder)).contextValue, "run.ended");
    const sentences = await reportsOf(() => commands.executeCommand("secateur.resumeRun", nodeOf(folder)));
    assert.match(sentences.join(), /is done; there is nothing to resume\.$/);
  });

  it("keeps finished trials when its process is killed, and says so", async () => {
    let folder = "";
    const sentences = await reportsOf(async () => {
      const going = prune({ sparsity: many, data: sampleData() });
      const run = await firstTrial();
      folder = run.folder;
      process.kill(run.process.pid, "SIGKILL");
      assert.equal(await going, undefined);
    });
    assert.equal(sentences.length, 1);
    assert.match(sentences[0] ?? "", /ended unexpectedly by signal SIGKILL; trials it had finished are kept/);
    const run = await readRun(folder);
    assert.equal(run.status, "interrupted");
    assert.ok(run.trials.length > 0);
    for (const { model } of run.trials) JSON.parse(readFileSync(model, "utf8"));
    assert.match(String(secateur.runs.getTreeItem(nodeOf(folder)).description), /^interrupted · /);
  });

  it("shows a run folder that cannot be read as such, beside the others", async () => {
    const file = placeFile(join(workspaceFolder(), ".secateur", "runs", "broken"), "run.json", "{ torn");
    const broken = await until("the broken run", () =>
      secateur.runs.getChildren().find((node) => node.kind === "unreadable"),
    );
    const { label, description, command } = secateur.runs.getTreeItem(broken);
    assert.deepEqual([label, description, command?.command], ["broken", "cannot be read", "secateur.showLog"]);
    await workspace.fs.delete(Uri.file(join(file, "..")), { recursive: true });
    await until("its going", () => secateur.runs.getChildren().every((node) => node.kind !== "unreadable"));
  });

  it("lets a second run wait for the first", async () => {
    const first = prune({ sparsity: [0.3] });
    const second = prune({ sparsity: [0.4] });
    await until("both jobs", () => secateur.jobs.jobs.length === 2);
    assert.equal(secateur.jobs.jobs.filter(({ folder }) => folder !== undefined).length <= 1, true);
    const results = await Promise.all([first, second]);
    assert.deepEqual(
      results.map((result) => result?.status),
      ["done", "done"],
    );
  });

  const refusals: [string, () => Promise<unknown>, RegExp][] = [
    [
      "a JSON that is no model",
      () => prune({}, placeFile(newFolder(), "other.json", "{}")) as Promise<unknown>,
      /other\.json/,
    ],
    [
      "a model that is not there",
      () => prune({}, join(workspaceFolder(), "none", "model.json")) as Promise<unknown>,
      /model\.json/,
    ],
    ["data that is not there", () => prune({ data: "/no/such/data" }) as Promise<unknown>, /\/no\/such\/data/],
    ["a sparsity of 1", () => prune({ sparsity: [1] }) as Promise<unknown>, /sparsity/],
  ];
  for (const [what, act, names] of refusals) {
    it(`refuses ${what} in one sentence, and writes nothing`, async () => {
      const runsFolder = join(workspaceFolder(), ".secateur", "runs");
      const before = readdirSync(runsFolder);
      const sentences = await reportsOf(act);
      assert.equal(sentences.length, 1);
      assert.match(sentences[0] ?? "", names);
      assert.deepEqual(readdirSync(runsFolder), before);
    });
  }
});
