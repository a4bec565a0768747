/**
 * Known faults: what they look like, why they happen, what to do. Data, and a pure search over it.
 *
 * D1. A clue is what a person would read: a failure's reason, then the last lines of the log. The first rule that fits a
 *     clue is its diagnosis; rules stand from the narrow to the wide.
 * D2. A diagnosis repeats what was found (the key, the module, the action): it never says only "check your input".
 */

/** What is known of one failure. */
export type Clue = {
  /** The step that failed, if one did. */
  step: string | undefined;
  /** Its failure reason and the last lines of its log. */
  text: string;
  /** The execution's parameters. */
  parameters?: Readonly<Record<string, string>>;
};

export type Diagnosis = {
  id: string;
  step: string | undefined;
  /** What was seen. */
  symptom: string;
  cause: string;
  action: string;
};

type Found = { match: RegExpExecArray; clue: Clue };
type Rule = {
  id: string;
  pattern: RegExp;
  /** Further conditions on a match. */
  when?: (found: Found) => boolean;
  symptom: (found: Found) => string;
  cause: string | ((found: Found) => string);
  action: string | ((found: Found) => string);
};

const NO_OBJECT =
  /NoSuchKey|No S3 objects? (?:were )?found under S3 URL "?([^"\s]+)|The specified key does not exist|HeadObject operation: Not Found|there is no object(?: at| under)? '?(s3:\/\/[^\s']+)/i;

function codeBundleOf({ parameters = {} }: Clue): string {
  return parameters['CodeBundleUri'] ?? 'the code bundle';
}

/** The whole line in which something was found. */
function lineOf({ input, index }: RegExpExecArray): string {
  const end = input.indexOf('\n', index);
  return input.slice(input.lastIndexOf('\n', index) + 1, end === -1 ? undefined : end);
}

const RULES: readonly Rule[] = [
  {
    id: 'out-of-memory',
    pattern: /Please use an instance type with more memory/,
    symptom: () => 'The job needed more memory than it was given, and was ended.',
    cause: ({ clue }) =>
      /telar: This machine is smaller than what the job asks for: .* of memory/.test(clue.text)
        ? 'This machine has less memory than the instance type that the job asks for.'
        : 'Its instance type has less memory than the job needs.',
    action:
      "Ask for a larger instance type, or give the job less data. 'telar top' shows what jobs use while they run, 'telar up --memory' how much jobs may have.",
  },
  {
    id: 'volume-full',
    pattern: /No space left on device: the job has filled its volume of (\S+ GB)/,
    symptom: ({ match }) => `The job filled its volume of ${match[1]}, and was ended.`,
    cause: 'It wrote more below /opt/ml and /tmp than VolumeSizeInGB allows; its inputs count, too.',
    action: 'Raise VolumeSizeInGB (SageMaker Python SDK: volume_size, volume_size_in_gb), or have it write less.',
  },
  {
    id: 'metric-not-found',
    pattern: /The path '(?<path>[^']+)' was not found in (?<uri>\S+?): (?<there>[^\n]*?)\. /,
    symptom: ({ match }) =>
      `${match.groups!['path']} was not found in ${basename(match.groups!['uri']!)}: ${match.groups!['there']}.`,
    cause: 'The evaluation script writes another structure than the one that the condition reads.',
    action: ({ match }) =>
      `Write ${match.groups!['path']} into ${basename(match.groups!['uri']!)} (or correct the condition's path), then start a new execution with a new bundle: a script's fault is not cured by a retry.`,
  },
  {
    id: 'document-unreadable',
    pattern: /(?<uri>s3:\/\/\S+) could not be read as JSON: (?<reason>[^\n]*)/,
    symptom: ({ match }) => {
      const { uri, reason } = match.groups as { uri: string; reason: string };
      return /NoSuchKey/.test(reason)
        ? `${basename(uri)} was not written: there is no object at ${uri}.`
        : `${basename(uri)} could not be read: ${reason}`;
    },
    cause:
      'The step that should write this file did not, wrote it under another name, or wrote something other than JSON.',
    action:
      "See that the script writes the file into the folder that the output is bound to ('telar logs STEP'), then start a new execution.",
  },
  {
    id: 'code-bundle-missing',
    pattern: NO_OBJECT,
    // The log also names the bundle where another object is missing: only the complaint itself counts.
    when: ({ match, clue }) => {
      const complaint = lineOf(match);
      const uri = clue.parameters?.['CodeBundleUri'];
      return (
        /pipeline_code\.tar\.gz|CodeBundleUri|'code'/.test(complaint) || (uri !== undefined && complaint.includes(uri))
      );
    },
    symptom: ({ clue }) => `NoSuchKey on CodeBundleUri: there is no object at ${codeBundleOf(clue)}.`,
    cause: 'This version of the code was never uploaded to this server, or the URI is mistyped.',
    action:
      "Run 'telar publish', then start a new execution with 'telar run'; with your own CodeBundleUri, see that it ends in the version that was published.",
  },
  {
    id: 'bucket-missing',
    pattern: /NoSuchBucket|The specified bucket does not exist/,
    symptom: () => 'NoSuchBucket: a bucket that the step names does not exist.',
    cause: 'The project was not published to this server, or a URI names another bucket.',
    action:
      "Run 'telar publish', and compare the bucket in the execution's parameters ('telar status') with the project's.",
  },
  {
    id: 'object-missing',
    pattern: NO_OBJECT,
    symptom: ({ match }) => {
      const named = match[1] ?? match[2] ?? /s3:\/\/[^\s"']+/.exec(lineOf(match))?.[0];
      return `NoSuchKey: there is no object ${named ?? 'under the URI that the step reads'}.`;
    },
    cause: 'An input was never uploaded, lies under another key, or the step before wrote nothing there.',
    action: "List what is there ('aws s3 ls' on the URI), run 'telar publish' for the project's data, and start again.",
  },
  {
    id: 'access-denied',
    pattern:
      /AccessDenied(?:Exception)?|(?:is )?not authorized to perform:? ?(?<action>[\w-]+:\w+)?(?: on resource:? "?(?<resource>[^\s"]+))?|403[^\n]*Forbidden/,
    symptom: ({ clue }) => {
      const named = /not authorized to perform:? ?([\w-]+:\w+)(?: on resource:? "?([^\s"]+))?/.exec(clue.text);
      const resource = named?.[2] ? ` on ${named[2]}` : '';
      return named ? `AccessDenied: ${named[1]}${resource} is not allowed.` : 'AccessDenied: an action is not allowed.';
    },
    cause: "No statement of the role's policies allows it, or one denies it.",
    action:
      "'telar policy explain' with the role, the action and the resource says what decides and what is missing. Add it to the role in telar.config.ts (with pipelineRole: the prefix in `read` or `write`), publish, and retry the execution.",
  },
  {
    id: 'foreign-files',
    pattern: /Delimiter '(?<delimiter>[^']*)' is not found in the line/,
    symptom: ({ match }) => `Delimiter '${match.groups!['delimiter']}' is not found in the line.`,
    cause:
      "The channel's prefix holds files that are not CSV (an S3 prefix is read whole: logs, a preprocessor, a marker file), or the CSV has one column.",
    action:
      "List the channel's prefix ('aws s3 ls --recursive' on its URI); write other files under another prefix, then start a new execution.",
  },
  {
    id: 'module-missing',
    pattern: /ModuleNotFoundError: No module named '(?<module>[^']+)'/,
    symptom: ({ match }) => `No module named '${match.groups!['module']}'.`,
    cause: ({ match }) =>
      `The image has no Python package '${match.groups!['module']!.split('.')[0]}', and it is not in the code bundle.`,
    action:
      'If it is yours, add its file to `include` of codeBundle; if it is a package, use an image that has it; a training script may also list it in a requirements.txt beside it.',
  },
  {
    id: 'node-module-missing',
    pattern: /ERR_MODULE_NOT_FOUND|Cannot find (?:package|module) '/,
    symptom: ({ clue }) => {
      // The reason has the code, a line of the log the name.
      const module = /Cannot find (?:package|module) '([^']+)'/.exec(clue.text)?.[1];
      return module === undefined ? 'Node found no module: the log names it.' : `Node found no module '${module}'.`;
    },
    cause: 'The script imports a file that is not in its input, or a package: the node image has none but its own.',
    action:
      "Put the file beside the script (add it to `include` of codeBundle), or bundle what it needs into the script; 'telar logs STEP' names the import.",
  },
  {
    id: 'python-missing',
    pattern: /(?:PythonMissing: )?Image \S+ needs Python (?<range>[\d.]+ to [\d.]+)|PythonMissing/,
    symptom: ({ match }) =>
      match.groups?.['range']
        ? `No Python ${match.groups['range']} was found on this machine.`
        : 'No suitable Python was found.',
    cause: "The image's environment is made from an interpreter of this machine, and none is in its range.",
    action: 'Install one (Debian, Ubuntu: apt install python3 python3-venv), or name one in TELAR_PYTHON; then retry.',
  },
  {
    id: 'venv-missing',
    pattern:
      /cannot make virtual environments|ensurepip is not available|No module named (?:'?venv'?|'?ensurepip'?)|VenvMissing/,
    symptom: () => 'Python cannot make virtual environments.',
    cause: 'Its venv or ensurepip module is not installed: Debian and Ubuntu ship them apart.',
    action: 'Install them (Debian, Ubuntu: apt install python3-venv; Fedora: dnf install python3-pip), then retry.',
  },
  {
    id: 'registry-unreachable',
    pattern:
      /pip cannot reach its package index|RegistryUnreachable|NewConnectionError|ConnectTimeoutError|Max retries exceeded|Temporary failure in name resolution/,
    symptom: () => 'The package index cannot be reached.',
    cause: 'No network, a proxy that is not set, or a mirror that is down.',
    action:
      'Check the network; behind a proxy set HTTPS_PROXY, with a mirror set PIP_INDEX_URL (or pip.conf); then retry.',
  },
  {
    id: 'package-missing',
    pattern: /No matching distribution found for (?<package>\S+)|PackageMissing/,
    symptom: ({ match }) => `pip's index has no build of ${match.groups?.['package'] ?? 'a package'} for this machine.`,
    cause: 'The index that pip uses lacks it, or this Python is too new or too old for it.',
    action: 'Check PIP_INDEX_URL (pip config list), or install Python 3.11, which has most builds; then retry.',
  },
  {
    id: 'image-unknown',
    pattern: /Telar has no image for '(?<uri>[^']+)'/,
    symptom: ({ match }) => `There is no image for ${match.groups!['uri']}.`,
    cause: 'Telar makes its own environments for the images that it knows; this one is not among them.',
    action:
      "Use one that the message lists, such as images.scikitLearn or images.xgboost of the SDK; or bring a container image of your own: 'telar images pull' or 'telar images import'.",
  },
  {
    id: 'isolation-unavailable',
    pattern: /IsolationUnavailable|needs a (?:user )?namespace|no namespace can be had/,
    symptom: () => 'The job needs /opt/ml, and this machine gives it no namespace of its own.',
    cause: "User namespaces are switched off (in many containers), or util-linux's unshare and setpriv are missing.",
    action:
      "'telar doctor' says what is missing. Allow user namespaces (on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0), or let the script use the SM_* paths.",
  },
  {
    id: 'port-taken',
    pattern: /EADDRINUSE|Port (?<port>\d+)[^\n]* is taken/,
    symptom: ({ match }) => `Port ${match.groups?.['port'] ?? ''} is taken by another program.`.replace('  ', ' '),
    cause: 'Another server, of Telar or of something else, listens there.',
    action:
      "Stop it ('telar down' for one of this data folder), or choose another port with --port (0 takes any free one).",
  },
  {
    id: 'disk-full',
    pattern: /ENOSPC|No space left on device|Disk quota exceeded|DiskFull/,
    symptom: () => 'No space left on device.',
    cause: 'The disk of the data folder is full: jobs, environments and objects lie there.',
    action: "Free some space, or move the data folder to a larger disk (--data); then 'telar retry'.",
  },
  {
    id: 'out-of-memory',
    pattern:
      /MemoryError|OutOfMemory|Cannot allocate memory|std::bad_alloc|heap out of memory|signal 9|SIGKILL|exit(?:ed with)? (?:code|status) 137|status 137/,
    symptom: () => 'The job ran out of memory, or was killed.',
    cause: 'It needed more than the machine had free: the system kills the largest process then.',
    action: 'Close other programs, run fewer steps at once (maxParallelSteps), or read the data in parts; then retry.',
  },
  {
    id: 'java-missing',
    pattern: /A glueetl job runs on Spark, which needs Java/,
    symptom: () => 'The Glue job needs Java, and this machine has none.',
    cause: "A glueetl job runs on Spark, which is a Java program; Telar brings PySpark, and takes the machine's Java.",
    action:
      'Install it (Debian, Ubuntu: apt install default-jre-headless), then start again; or make the job a pythonshell job.',
  },
  {
    id: 'glue-role',
    pattern: /Role (?<role>\S+) should be given assume role permissions for Glue Service/,
    symptom: ({ match }) => `Glue may not act as the role ${match.groups!['role']}.`,
    cause: 'The role is not there, or its trust policy does not name glue.amazonaws.com.',
    action: 'Give the job a role that trusts Glue (in telar.config.ts: glueRole), publish, and start again.',
  },
  {
    id: 'spark-file-system',
    pattern: /No FileSystem for scheme "?s3[an]?"?|UnsupportedFileSystemException/,
    symptom: () => 'Spark was given an s3:// path where it could not be mapped.',
    cause: "Telar maps s3:// paths in PySpark's readers and writers, not in SQL text, catalogs or streams.",
    action: 'Read with spark.read (or a DynamicFrame) and make a view of that; write with frame.write.',
  },
  {
    id: 'glue-timeout',
    pattern: /"JobRunState":"TIMEOUT"/,
    symptom: () => "The Glue run reached its job's Timeout and was stopped.",
    cause: 'Timeout, in minutes, is shorter than the script needs, or the script hangs.',
    action:
      "Read its last lines ('telar logs STATE'); if it was still working, raise `timeout`, publish, and start again.",
  },
  {
    id: 'timeout',
    pattern: /MaxRuntime(?:InSeconds)?(?:Exceeded)?|exceeded[^\n]*runtime|timed out after/i,
    symptom: () => 'The job reached its longest runtime and was stopped.',
    cause: 'MaxRuntimeInSeconds of its StoppingCondition is shorter than it needs, or it hangs.',
    action:
      "Read its last lines ('telar logs STEP'); if it was still working, raise `maxRuntimeSeconds`, publish, and start again.",
  },
];

function basename(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

/** The diagnosis of one failure; undefined when it is none that is known. */
export function diagnose(clue: Clue): Diagnosis | undefined {
  for (const { id, pattern, when, symptom, cause, action } of RULES) {
    const match = pattern.exec(clue.text);
    if (!match) continue;
    const found: Found = { match, clue };
    if (when && !when(found)) continue;
    const say = (text: string | ((found: Found) => string)) => (typeof text === 'string' ? text : text(found));
    return { id, step: clue.step, symptom: symptom(found), cause: say(cause), action: say(action) };
  }
  return undefined;
}

/** Of one failed step of a pipeline. A Fail step is the pipeline's own verdict: nothing is broken. */
export function diagnoseStep(clue: Clue & { step: string; type: string }): Diagnosis | undefined {
  if (clue.type !== 'Fail') return diagnose(clue);
  return {
    id: 'fail-step',
    step: clue.step,
    symptom: `The pipeline ended in its Fail step ${clue.step}.`,
    cause: 'The condition above it did not hold (or held, if it stands in that branch).',
    action:
      'Look at the values that the condition compared; change data, code or parameters, and start a new execution.',
  };
}
