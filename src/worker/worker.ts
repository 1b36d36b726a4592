import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import {
  type InitializeParams,
  initializeRequest,
  inspectRequest,
  logNotification,
  progressNotification,
  protocolVersion,
  runChangedNotification,
  runRequest,
  trialNotification,
} from "../protocol/worker.ts";
import { answer } from "./answer.ts";
import { inspectModel, runJob } from "./jobs.ts";

// The child process: a thin adapter between the protocol and the pruning library. It starts when it is asked,
// and is gone when its parent is.

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

let backends: InitializeParams = { tfjsNodeFolders: [] };

connection.onRequest(initializeRequest, (params) => {
  backends = params;
  return { protocolVersion, node: process.version };
});

connection.onRequest(inspectRequest, (params) => answer(() => inspectModel(params)));

connection.onRequest(runRequest, (params, token) =>
  answer(() => {
    const cancel = new AbortController();
    token.onCancellationRequested(() => cancel.abort());
    return runJob(params, {
      ...backends,
      signal: cancel.signal,
      events: {
        progress: (fraction, message) => void connection.sendNotification(progressNotification, { fraction, message }),
        runChanged: (folder) => void connection.sendNotification(runChangedNotification, { folder }),
        trial: (folder, trial) => void connection.sendNotification(trialNotification, { folder, trial }),
        log: (level, message) => void connection.sendNotification(logNotification, { level, message }),
      },
    });
  }),
);

process.on("disconnect", () => process.exit(0));
connection.listen();
