/**
 * The shipped images: which URIs they answer, and what they are made of. All of it data.
 *
 * C1. Every package is pinned, transitively: `pip install --no-deps` of these lists is the whole environment, so that two
 *     builds on the same interpreter are the same.
 * C2. The first variant is what AWS's image holds. A later one is the nearest that installs on newer interpreters, and
 *     says so in one sentence to whoever builds it and in each job's log.
 */
import type { ImageReference } from './image.ts';

export type PythonVersion = readonly [major: number, minor: number];

export type Variant = {
  /** The interpreters it installs on, both ends included. */
  python: { from: PythonVersion; to: PythonVersion };
  packages: readonly string[];
  /** Of these, what there are no builds of: made from their source. */
  fromSource?: readonly string[];
  notice: string | undefined;
};

export type PythonRecipe = {
  /** Names the environment's folder. */
  name: string;
  repository: string;
  tag: RegExp;
  /** Best first. */
  variants: readonly Variant[];
  /** Modules that must import for the environment to be worth keeping. */
  imports: readonly string[];
  /** Modules that a warm parent imports: what most scripts do. One that this variant lacks is passed over. */
  warm: readonly string[];
  environment: Readonly<Record<string, string>>;
};

const py = (minor: number): PythonVersion => [3, minor];

/** What every image has beside its framework: AWS's client, and what numeric packages need. */
const COMMON = [
  'boto3==1.40.61',
  'botocore==1.40.61',
  'jmespath==1.0.1',
  'joblib==1.4.2',
  'python-dateutil==2.9.0.post0',
  'pytz==2025.2',
  's3transfer==0.14.0',
  'six==1.17.0',
  'threadpoolctl==3.5.0',
  'urllib3==1.26.20',
];

/** One set of numeric packages for each generation of scikit-learn, named after it. */
const SKLEARN_1_2 = [...COMMON, 'numpy==1.24.4', 'pandas==1.5.3', 'scikit-learn==1.2.1', 'scipy==1.10.1'];
const MODERN = [...COMMON, 'tzdata==2025.2'];
const SKLEARN_1_3 = [...MODERN, 'numpy==1.26.4', 'pandas==2.1.4', 'scikit-learn==1.3.2', 'scipy==1.11.4'];
const SKLEARN_1_4 = [...MODERN, 'numpy==1.26.4', 'pandas==2.2.3', 'scikit-learn==1.4.2', 'scipy==1.13.1'];
const SKLEARN_1_5 = [...MODERN, 'numpy==2.1.3', 'pandas==2.2.3', 'scikit-learn==1.5.2', 'scipy==1.14.1'];
const SKLEARN_1_7 = [...MODERN, 'numpy==2.3.4', 'pandas==2.3.3', 'scikit-learn==1.7.2', 'scipy==1.16.2'];

/** The build without CUDA, a tenth of the size, where it exists. */
const XGBOOST_3_0 = ["xgboost-cpu==3.0.5; sys_platform == 'linux'", "xgboost==3.0.5; sys_platform != 'linux'"];

/**
 * As AWS's images set it; nothing is compiled into the read-only environment. And idle threads of OpenMP and OpenBLAS give their
 * processor up after 0.1 ms (2^18 ticks), not after 25: jobs share this machine, and a training of 0.2 s took 4 s beside others
 * that also spun.
 */
const ENVIRONMENT = {
  ...{ PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'UTF-8' },
  GOMP_SPINCOUNT: '1000',
  OPENBLAS_THREAD_TIMEOUT: '18',
};
/** The names by which AWS's `train` finds the framework's part; Telar's reads them too. */
const SKLEARN_ENVIRONMENT = { ...ENVIRONMENT, SAGEMAKER_TRAINING_MODULE: 'sagemaker_sklearn_container.training:main' };
const XGBOOST_ENVIRONMENT = { ...ENVIRONMENT, SAGEMAKER_TRAINING_MODULE: 'sagemaker_xgboost_container.training:main' };

const STANDARD =
  'argparse collections.abc concurrent.futures csv ctypes datetime gzip hashlib io json logging math multiprocessing pathlib pickle subprocess tarfile tempfile typing urllib.parse uuid';
const SCIENCE =
  'numpy numpy.random pandas pandas.io.formats.csvs scipy.sparse scipy.stats joblib threadpoolctl sklearn.compose sklearn.ensemble sklearn.impute sklearn.linear_model sklearn.metrics sklearn.model_selection sklearn.pipeline sklearn.preprocessing sklearn.tree';
const CLOUD =
  'boto3.session botocore.client botocore.httpsession botocore.handlers botocore.retries.standard s3transfer';
const TRAINING = 'telar_training.train telar_training.script_mode telar_training.xgboost_mode telar_functions.runtime';
const SKLEARN_WARM = [STANDARD, SCIENCE, CLOUD, TRAINING].join(' ').split(' ');
const XGBOOST_WARM = [...SKLEARN_WARM, 'xgboost'];

/** Glue publishes no images: its "analytics" set, in versions that install on each interpreter; and DuckDB, for SQL over files. */
const GLUE_CLIENTS = [
  ...['aiobotocore==2.25.2', 'aiohappyeyeballs==2.6.1', 'aiohttp==3.13.5', 'aioitertools==0.13.0', 'aiosignal==1.4.0'],
  ...["async-timeout==5.0.1; python_version < '3.11'", 'attrs==26.1.0', 'certifi==2026.10.19.post1'],
  ...['charset-normalizer==3.5.3', 'frozenlist==1.8.0', 'fsspec==2025.10.0', 'idna==3.20', 'multidict==6.7.1'],
  ...['packaging==25.0', 'propcache==0.4.1', 'requests==2.32.5', 's3fs==2025.10.0', 'typing_extensions==4.16.0'],
  ...['wrapt==1.17.3', 'yarl==1.22.0'],
];
const GLUE_ANALYTICS = ['awswrangler==3.14.0', 'duckdb==1.4.5', 'pyarrow==21.0.0', 'setuptools==80.9.0'];
const GLUE_SHELL = [...SKLEARN_1_4, ...GLUE_CLIENTS, ...GLUE_ANALYTICS];
/** Arrow's allocator would start a thread when it is imported, which a warm parent cannot have. DuckDB always does: it is not there. */
const GLUE_ENVIRONMENT = { ...ENVIRONMENT, JE_ARROW_MALLOC_CONF: 'background_thread:false' };
const GLUE_WARM = [
  ...`${STANDARD} ${CLOUD} numpy numpy.random pandas pandas.io.formats.csvs pyarrow pyarrow.parquet`.split(' '),
  ...'s3fs telar_glue.run'.split(' '),
];

function variant(from: number, to: number, packages: readonly string[], notice?: string): Variant {
  return { python: { from: py(from), to: py(to) }, packages, notice };
}

const nearest = (image: string, wanted: string, python: string, given: string) =>
  `${image} has ${wanted}, which does not install on Python ${python}: this job runs with ${given}. Install Python 3.11 for the exact versions.`;

/** XGBoost 1.7.6 itself installs anywhere; what surrounds it does not. */
function xgboost17(minor: number, packages: readonly string[], given: string): Variant {
  const notice = nearest('The image', 'scikit-learn 1.2.1', `3.${minor}`, `${given} (and XGBoost 1.7.6, as promised)`);
  return variant(minor, minor, [...packages, 'xgboost==1.7.6'], notice);
}

export const RECIPES: readonly PythonRecipe[] = [
  {
    name: 'scikit-learn-1.2-1',
    repository: 'sagemaker-scikit-learn',
    tag: /^1\.2-1(-cpu-py3)?$/,
    variants: [
      variant(9, 11, SKLEARN_1_2),
      variant(12, 12, SKLEARN_1_3, nearest('The image', 'scikit-learn 1.2.1', '3.12', 'scikit-learn 1.3.2')),
      variant(13, 13, SKLEARN_1_5, nearest('The image', 'scikit-learn 1.2.1', '3.13', 'scikit-learn 1.5.2')),
      variant(14, 14, SKLEARN_1_7, nearest('The image', 'scikit-learn 1.2.1', '3.14', 'scikit-learn 1.7.2')),
    ],
    imports: ['sklearn', 'pandas', 'boto3'],
    warm: SKLEARN_WARM,
    environment: SKLEARN_ENVIRONMENT,
  },
  {
    name: 'scikit-learn-1.4-2',
    repository: 'sagemaker-scikit-learn',
    tag: /^1\.4-2(-cpu-py3)?$/,
    variants: [
      variant(9, 12, SKLEARN_1_4),
      variant(13, 13, SKLEARN_1_5, nearest('The image', 'scikit-learn 1.4.2', '3.13', 'scikit-learn 1.5.2')),
      variant(14, 14, SKLEARN_1_7, nearest('The image', 'scikit-learn 1.4.2', '3.14', 'scikit-learn 1.7.2')),
    ],
    imports: ['sklearn', 'pandas', 'boto3'],
    warm: SKLEARN_WARM,
    environment: SKLEARN_ENVIRONMENT,
  },
  {
    name: 'xgboost-1.7-1',
    repository: 'sagemaker-xgboost',
    tag: /^1\.7-1(-cpu-py3)?$/,
    variants: [
      variant(9, 11, [...SKLEARN_1_2, 'xgboost==1.7.6']),
      xgboost17(12, SKLEARN_1_3, 'scikit-learn 1.3.2'),
      xgboost17(13, SKLEARN_1_5, 'scikit-learn 1.5.2'),
      xgboost17(14, SKLEARN_1_7, 'scikit-learn 1.7.2'),
    ],
    imports: ['xgboost', 'sklearn', 'pandas', 'boto3'],
    warm: XGBOOST_WARM,
    environment: XGBOOST_ENVIRONMENT,
  },
  {
    name: 'xgboost-3.0-5',
    repository: 'sagemaker-xgboost',
    tag: /^3\.0-5(-cpu-py3)?$/,
    variants: [
      variant(10, 13, [...SKLEARN_1_5, ...XGBOOST_3_0]),
      variant(
        14,
        14,
        [...SKLEARN_1_7, ...XGBOOST_3_0],
        nearest('The image', 'scikit-learn 1.5.2', '3.14', 'scikit-learn 1.7.2 (and XGBoost 3.0.5, as promised)'),
      ),
    ],
    imports: ['xgboost', 'sklearn', 'pandas', 'boto3'],
    warm: XGBOOST_WARM,
    environment: XGBOOST_ENVIRONMENT,
  },
];

/** Spark as in Glue 5.0. It brings its own jars, and takes the machine's Java. */
const GLUE_SPARK = ['pyspark==3.5.4', 'py4j==0.10.9.7'];

/** What runs Glue's scripts: named by nobody but the glue service. */
const GLUE_RECIPES: readonly PythonRecipe[] = [
  {
    name: 'glue-pythonshell-3.9',
    repository: 'telar/glue-pythonshell',
    tag: /^3\.(9|11)$/,
    variants: [
      variant(9, 12, GLUE_SHELL),
      variant(
        13,
        13,
        [...SKLEARN_1_5, ...GLUE_CLIENTS, ...GLUE_ANALYTICS],
        nearest('This image', 'pandas 2.2.3 with scikit-learn 1.4.2', '3.13', 'scikit-learn 1.5.2'),
      ),
    ],
    imports: ['pandas', 'pyarrow', 'duckdb', 'awswrangler', 's3fs', 'sklearn', 'boto3'],
    warm: GLUE_WARM,
    environment: GLUE_ENVIRONMENT,
  },
  {
    name: 'glue-spark-5.0',
    repository: 'telar/glue-spark',
    tag: /^5\.0$/,
    variants: [{ ...variant(9, 12, [...GLUE_SHELL, ...GLUE_SPARK]), fromSource: ['pyspark'] }],
    imports: ['pandas', 'pyarrow', 'pyspark', 'boto3'],
    // A script is run by a Python of its own, which starts Java: what takes long is not Python's.
    warm: [...STANDARD.split(' '), 'telar_glue.run'],
    environment: ENVIRONMENT,
  },
];

/** Images of Telar's own that run on the server's Node.js. */
export const NODE_REPOSITORIES = ['node', 'telar/node'];

export function findRecipe(reference: ImageReference): PythonRecipe | undefined {
  return [...RECIPES, ...GLUE_RECIPES].find(
    (recipe) => recipe.repository === reference.repository && recipe.tag.test(reference.tag),
  );
}

/** The tags of a repository that recipes answer to. */
export const tagsOf = (repository: string): string[] =>
  RECIPES.filter((recipe) => recipe.repository === repository).map((recipe) => recipe.name.replace(/^.*?(?=\d)/, ''));

/** For error messages: what can be asked for. */
export const KNOWN_IMAGES =
  'sagemaker-scikit-learn:1.2-1, sagemaker-scikit-learn:1.4-2, sagemaker-xgboost:1.7-1, sagemaker-xgboost:3.0-5, telar/node:24';
