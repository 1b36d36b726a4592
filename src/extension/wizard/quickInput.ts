import * as vscode from "vscode";

/** The person went back a step. */
export const back = Symbol("back");

/** How one question of a series is put. */
export interface Question {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly of: number;
  readonly placeholder: string;
  /** Takes the question away when it fires. */
  readonly signal: AbortSignal;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

type Answer<T> = T | typeof back | undefined;

/** One choice of several; undefined when the person gave up. */
export function pickOne<T>(question: Question, choices: readonly Choice<T>[], preferred?: T): Promise<Answer<T>> {
  return show<Choice<T>, T>(question, (pick, done) => {
    pick.items = choices;
    pick.activeItems = choices.filter(({ value }) => value === preferred);
    pick.onDidAccept(() => {
      const chosen = pick.activeItems[0];
      if (chosen) done(chosen.value);
    });
  });
}

/** Several choices, or others typed in: `read` turns what is typed into choices, or throws a sentence. */
export function pickSeveral<T>(
  question: Question,
  choices: readonly Choice<T>[],
  ticked: readonly T[],
  read: (typed: string) => Choice<T>[],
): Promise<Answer<T[]>> {
  return show<vscode.QuickPickItem & { value?: T }, T[]>(question, (pick, done) => {
    const offer = (items: readonly (vscode.QuickPickItem & { value?: T })[], picked: readonly T[]) => {
      pick.items = items;
      pick.selectedItems = items.filter(({ value }) => value !== undefined && picked.includes(value));
    };
    let chosen = ticked;
    pick.canSelectMany = true;
    offer(choices, chosen);
    pick.onDidChangeSelection((items) => {
      if (pick.value.trim() === "") chosen = items.flatMap(({ value }) => (value === undefined ? [] : [value]));
    });
    pick.onDidChangeValue((typed) => {
      if (typed.trim() === "") return offer(choices, chosen);
      try {
        const others = read(typed).map((choice) => ({ ...choice, alwaysShow: true }));
        offer(
          others,
          others.map(({ value }) => value),
        );
      } catch (problem) {
        offer([{ label: `$(error) ${(problem as Error).message}`, alwaysShow: true }], []);
      }
    });
    pick.onDidAccept(() => {
      const values = pick.selectedItems.flatMap(({ value }) => (value === undefined ? [] : [value]));
      if (values.length > 0) done(values);
    });
  });
}

function show<Item extends vscode.QuickPickItem, T>(
  question: Question,
  fill: (pick: vscode.QuickPick<Item>, done: (answer: T) => void) => void,
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const pick = vscode.window.createQuickPick<Item>();
    const finish = (answer: Answer<T>) => {
      resolve(answer);
      pick.dispose();
    };
    pick.title = question.title;
    pick.step = question.step;
    pick.totalSteps = question.of;
    pick.placeholder = question.placeholder;
    pick.ignoreFocusOut = true;
    pick.matchOnDetail = true;
    pick.buttons = question.step > 1 ? [vscode.QuickInputButtons.Back] : [];
    pick.onDidTriggerButton(() => finish(back));
    pick.onDidHide(() => finish(undefined));
    question.signal.addEventListener("abort", () => finish(undefined), { once: true });
    if (question.signal.aborted) return finish(undefined);
    fill(pick, finish);
    pick.show();
  });
}

/** A question of a series: asks, and answers with the answers so far and its own. */
export type Step<Answers> = (
  answers: Answers,
  place: { readonly step: number; readonly of: number },
) => Promise<Answer<Answers>>;

/**
 * Puts questions one after the other, going back when asked to; undefined when the person gave up.
 * @param stepsFor the questions there are, given the answers so far: an answer may change those after its own
 */
export async function askInTurn<Answers>(
  stepsFor: (answers: Answers) => readonly Step<Answers>[],
  start: Answers,
): Promise<Answers | undefined> {
  let answers = start;
  let at = 0;
  for (;;) {
    const steps = stepsFor(answers);
    const step = steps[at];
    if (!step) return answers;
    const answer = await step(answers, { step: at + 1, of: steps.length });
    if (answer === undefined) return undefined;
    if (answer === back) at = Math.max(0, at - 1);
    else {
      answers = answer;
      at += 1;
    }
  }
}
