/** The machine's own `terraform`, which some tests use where it is: without providers, or with the stand-in's. */
import { execFile, spawnSync } from 'node:child_process';
import { devNull } from 'node:os';

/** Why the tests that need terraform are skipped; undefined where it is. */
export const withoutTerraform: string | undefined =
  spawnSync('terraform', ['version'], { env: environment() }).status === 0 ? undefined : 'terraform is not on PATH';

export type Ran = { readonly status: number; readonly output: string };

/** @param settings of the environment: TF_REATTACH_PROVIDERS for the stand-in, TF_VAR_… */
export function runTerraform(
  folder: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: environment(settings), maxBuffer: 1 << 26 };
    execFile('terraform', args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, output: status === 0 ? stdout : `${stdout}${stderr}${error?.message ?? ''}` });
    });
  });
}

export type Plan = {
  readonly planned_values: {
    readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
    readonly root_module: { readonly resources?: readonly Planned[] };
  };
};
export type Planned = {
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
};

/** What `terraform plan` would do in a folder that is initialised, or needs no provider. */
export async function planOf(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Plan> {
  const planned = await runTerraform(folder, ['plan', '-input=false', '-no-color', '-out=plan'], settings);
  if (planned.status !== 0) throw new Error(planned.output);
  const shown = await runTerraform(folder, ['show', '-json', 'plan'], settings);
  if (shown.status !== 0) throw new Error(shown.output);
  return JSON.parse(shown.output) as Plan;
}

/** Nothing of the user's: no configuration, no credentials, no look-up of newer versions. */
function environment(settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, TF_CLI_CONFIG_FILE: devNull, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', ...settings };
}
