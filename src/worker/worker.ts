import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
} from "vscode-jsonrpc/node";
import {
  filtersRequest,
  type InitializeParams,
  initializeRequest,
  inspectRequest,
  kernelRequest,
  logNotification,
  progressNotification,
  protocolVersion,
  resumeRequest,
  runChangedNotification,
  runRequest,
  trialNotification,
} from "../protocol/worker.ts";
import { answer } from "./answer.ts";
import { drawKernel, inspectModel, rankLayer, resumeJob, runJob, type Surroundings } from "./jobs.ts";
import { keepingLast } from "./openModel.ts";

// The child process: a thin adapter between the protocol and the pruning library. It starts when it is asked,
// and is gone when its parent is.

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

let backends: InitializeParams = { tfjsNodeFolders: [] };

connection.onRequest(initializeRequest, (params) => {
  backends = params;
  return { protocolVersion, node: process.version };
});

const open = keepingLast();
connection.onRequest(inspectRequest, (params) => answer(() => inspectModel(params, open)));
connection.onRequest(filtersRequest, (params) => answer(() => rankLayer(params, open)));
connection.onRequest(kernelRequest, (params) => answer(() => drawKernel(params, open)));

connection.onRequest(runRequest, (params, token) => answer(() => runJob(params, surroundings(token))));
connection.onRequest(resumeRequest, (params, token) => answer(() => resumeJob(params, surroundings(token))));

function surroundings(token: CancellationToken): Surroundings {
  const cancel = new AbortController();
  token.onCancellationRequested(() => cancel.abort());
  return {
    ...backends,
    signal: cancel.signal,
    events: {
      progress: (fraction, message) => void connection.sendNotification(progressNotification, { fraction, message }),
      runChanged: (folder) => void connection.sendNotification(runChangedNotification, { folder }),
      trial: (folder, trial) => void connection.sendNotification(trialNotification, { folder, trial }),
      log: (level, message) => void connection.sendNotification(logNotification, { level, message }),
    },
  };
}

process.on("disconnect", () => process.exit(0));
connection.listen();
