/** The Titanic example's notebook, executed from its first cell to its last, as Jupyter does, against a running server. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { realSdk, type SagemakerSdk } from '../support/sagemakerSdk.ts';

const TITANIC = fileURLToPath(new URL('../../examples/01-titanic', import.meta.url));
/** Prints the results of the notebook's cells, those without one left out. */
const EXECUTE = `
import json, nbformat, nbclient
notebook = nbformat.read("titanic/notebook.ipynb", as_version=4)
nbclient.NotebookClient(notebook, timeout=280, resources={"metadata": {"path": "titanic"}}).execute()
outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
print(json.dumps([output["data"]["text/plain"] for output in outputs if output["output_type"] == "execute_result"]))
`;

let sdk: SagemakerSdk;

realSdk('v2', (made) => {
  sdk = made;
});

it('prepares, trains, measures, registers and approves', { timeout: 300_000 }, async () => {
  cpSync(TITANIC, join(sdk.folder, 'titanic'), { recursive: true });
  const results = JSON.parse(await sdk.run('-c', EXECUTE)) as string[];
  const [uris, pipeline, steps, registered, approved] = results;
  expect(uris).toContain("'s3://sagemaker-us-east-1-000000000000/titanic/curated/train.csv'");
  expect(pipeline).toBe("'arn:aws:sagemaker:us-east-1:000000000000:pipeline/titanic-notebook'");
  expect(steps!.match(/'Succeeded'/g)).toHaveLength(5);
  expect(registered).toBe("('PendingManualApproval', 0.8015)"); // the README's 210 of 262
  expect(approved).toBe("'Approved'");
  expect(results).toHaveLength(5);
});
