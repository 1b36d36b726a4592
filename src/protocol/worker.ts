import { NotificationType, RequestType } from "vscode-jsonrpc";
import type { BackendSettings } from "../pruning/engine/engine.ts";
import type { FilterInspection, Inspection } from "../pruning/metrics/inspection.ts";
import type { KernelMap } from "../pruning/metrics/kernelMap.ts";
import type { RunStatus, Trial } from "../pruning/runs/run.ts";

// The channel between the extension host and its child process: JSON-RPC over Node's IPC. A request is
// cancelled with a CancellationToken; a failed one carries a `WorkerFailure` as the error's data.

/** Bumped when a message changes; a child that answers another number is refused. */
export const protocolVersion = 4;

/** The data of a ResponseError: what SecateurError holds, as plain data. */
export interface WorkerFailure {
  readonly code: string;
  readonly message: string;
  readonly details?: string;
}

/** No folders are named in untrusted workspaces, since native code is loaded from there. */
export interface InitializeParams extends BackendSettings {}

export interface InitializeResult {
  readonly protocolVersion: number;
  readonly node: string;
}

export interface InspectParams {
  /** Absolute path of a model.json. */
  readonly model: string;
}

export interface FiltersParams extends InspectParams {
  /** Name of a layer. */
  readonly layer: string;
  /** Name of the criterion that ranks its filters. */
  readonly criterion: string;
}

export interface KernelParams extends InspectParams {
  /** Name of a layer. */
  readonly layer: string;
  /** Index of a filter. */
  readonly filter: number;
}

export interface RunParams {
  /** A recipe as it would stand in a file: checked in the child, where it enters. */
  readonly recipe: unknown;
  /** Folder that the recipe's paths are relative to. */
  readonly base: string;
  /** The run folder to create; must not exist. */
  readonly folder: string;
}

export interface ResumeParams {
  /** The folder of a run that was broken off. */
  readonly folder: string;
}

export interface RunResult {
  readonly folder: string;
  readonly status: RunStatus;
  readonly trials: number;
}

export interface ProgressParams {
  /** 0 to 1 over the whole run; never goes back. */
  readonly fraction: number;
  readonly message: string;
}

export interface LogParams {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
}

export interface TrialParams {
  readonly folder: string;
  readonly trial: Trial;
}

/** Must be answered before anything else is asked, within the host's time limit. */
export const initializeRequest = new RequestType<InitializeParams, InitializeResult, void>("initialize");
/** What the Layers view shows of a model before a layer is opened: its layers and groups. */
export const inspectRequest = new RequestType<InspectParams, Inspection, WorkerFailure>("inspect");
/** The filters of one layer, most important first. */
export const filtersRequest = new RequestType<FiltersParams, readonly FilterInspection[], WorkerFailure>("filters");
/** The weights of one filter, as a small picture has them; null for one that there is not. */
export const kernelRequest = new RequestType<KernelParams, KernelMap | null, WorkerFailure>("kernel");
/** Executes a recipe; resolves with status `cancelled` when cancelled, rejects when failed. */
export const runRequest = new RequestType<RunParams, RunResult, WorkerFailure>("run");
/** Takes up a run; resolves and rejects as `run`. */
export const resumeRequest = new RequestType<ResumeParams, RunResult, WorkerFailure>("resume");

export const progressNotification = new NotificationType<ProgressParams>("progress");
/** The run folder exists, or its run.json has changed. */
export const runChangedNotification = new NotificationType<{ readonly folder: string }>("runChanged");
/** A trial that is already on disk. */
export const trialNotification = new NotificationType<TrialParams>("trial");
export const logNotification = new NotificationType<LogParams>("log");
