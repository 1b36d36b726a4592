/** How long something may take that VS Code shows at once on an idle machine, in ms. */
export const patience = 45_000;

/** Tries again until it holds, and names what did not come. */
export async function until(what: string, holds: () => Promise<boolean>, limitMs = patience): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not appear within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Whether an action came to its end. */
export const done = (action: Promise<void>): Promise<boolean> =>
  action.then(
    () => true,
    () => false,
  );
