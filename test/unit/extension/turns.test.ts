import assert from "node:assert/strict";
import { TurnTaking } from "../../../src/extension/turns.ts";
import { SecateurError } from "../../../src/pruning/errors.ts";

describe("extension/turns", () => {
  const never = new AbortController().signal;

  /** Work that ends when told to, and writes down when it begins and ends. */
  function work(name: string, diary: string[]) {
    let end = (_?: Error) => {};
    const ended = new Promise<void>((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve());
    });
    const go = async () => {
      diary.push(`${name} begins`);
      await ended.finally(() => diary.push(`${name} ends`));
    };
    return { go, end: (error?: Error) => end(error) };
  }

  it("lets one go at a time, in the order they came", async () => {
    const diary: string[] = [];
    const turns = new TurnTaking();
    const [a, b] = [work("a", diary), work("b", diary)];
    const [first, second] = [turns.take(never, a.go), turns.take(never, b.go)];
    b.end();
    await new Promise(setImmediate);
    assert.deepEqual(diary, ["a begins"]);
    a.end();
    await Promise.all([first, second]);
    assert.deepEqual(diary, ["a begins", "a ends", "b begins", "b ends"]);
  });

  it("goes on after work that failed", async () => {
    const diary: string[] = [];
    const turns = new TurnTaking();
    const a = work("a", diary);
    const first = turns.take(never, a.go);
    const second = turns.take(never, async () => "fine");
    a.end(new Error("broken"));
    await assert.rejects(first, /broken/);
    assert.equal(await second, "fine");
  });

  it("lets those behind keep waiting when one in the middle gives up", async () => {
    const diary: string[] = [];
    const turns = new TurnTaking();
    const [a, b, c] = [work("a", diary), work("b", diary), work("c", diary)];
    const impatient = new AbortController();
    const first = turns.take(never, a.go);
    const second = turns.take(impatient.signal, b.go);
    const third = turns.take(never, c.go);
    impatient.abort();
    await assert.rejects(second, (error) => SecateurError.is(error, "cancelled"));
    await new Promise(setImmediate);
    assert.deepEqual(diary, ["a begins"]);
    a.end();
    c.end();
    await Promise.all([first, third]);
    assert.deepEqual(diary, ["a begins", "a ends", "c begins", "c ends"]);
  });
});
