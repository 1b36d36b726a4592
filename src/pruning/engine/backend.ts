import type { BackendSettings } from "./engine.ts";

/** Told what a person may want to look up later. */
export type Log = (message: string) => void;

/** What an opener may need to know. */
export interface OpenerOptions extends BackendSettings {
  /** Whether a person asked for this backend by name, rather than for any that is good. */
  readonly asked: boolean;
  readonly log: Log;
}

/** A backend made TensorFlow.js's active one. */
export interface OpenBackend {
  /** For people, e.g. `SIMD, 1 thread`. */
  readonly detail: string;
  /** Throws a `backend` SecateurError when the backend has failed in a way that TensorFlow.js does not notice. */
  verify(): void;
  /** Gives back what can be given back. */
  dispose(): void;
}

/** @throws SecateurError `backend`, one sentence on why it cannot be opened */
export type BackendOpener = (options: OpenerOptions) => Promise<OpenBackend>;
