/** What of AWS Glue is left out on purpose, and what to do instead. */

const group = (reason: string, names: string): [string, string][] => names.split(' ').map((name) => [name, reason]);

const TRIGGERS = 'Glue triggers are not served: start jobs from a state machine, a rule or a schedule.';
const WORKFLOWS = 'Glue workflows and blueprints are not served: write a state machine (glue:startJobRun.sync).';
const CATALOG = 'There is no Glue Data Catalog: read and write by s3:// paths.';
const CRAWLERS = 'Crawlers are not served, since there is no Data Catalog: read by s3:// paths.';
const BOOKMARKS =
  'There are no job bookmarks: keep what was read already in the script, or in the names of its outputs.';
const SESSIONS = 'Interactive sessions and development endpoints are not served: run the script as a job.';

export const REFUSED: Readonly<Record<string, string>> = Object.fromEntries([
  ...group(TRIGGERS, 'CreateTrigger GetTrigger GetTriggers ListTriggers BatchGetTriggers UpdateTrigger DeleteTrigger'),
  ...group(TRIGGERS, 'StartTrigger StopTrigger'),
  ...group(WORKFLOWS, 'CreateWorkflow GetWorkflow ListWorkflows BatchGetWorkflows UpdateWorkflow DeleteWorkflow'),
  ...group(WORKFLOWS, 'StartWorkflowRun StopWorkflowRun ResumeWorkflowRun GetWorkflowRun GetWorkflowRuns'),
  ...group(WORKFLOWS, 'CreateBlueprint GetBlueprint ListBlueprints UpdateBlueprint DeleteBlueprint StartBlueprintRun'),
  ...group(CRAWLERS, 'CreateCrawler GetCrawler GetCrawlers ListCrawlers BatchGetCrawlers UpdateCrawler DeleteCrawler'),
  ...group(CRAWLERS, 'StartCrawler StopCrawler CreateClassifier GetClassifier GetClassifiers GetCrawlerMetrics'),
  ...group(
    CATALOG,
    'CreateDatabase GetDatabase GetDatabases UpdateDatabase DeleteDatabase CreateTable GetTable GetTables',
  ),
  ...group(CATALOG, 'UpdateTable DeleteTable BatchDeleteTable SearchTables CreatePartition GetPartition GetPartitions'),
  ...group(CATALOG, 'BatchCreatePartition BatchGetPartition UpdatePartition DeletePartition CreateCatalog GetCatalogs'),
  ...group(CATALOG, 'CreateConnection GetConnection GetConnections UpdateConnection DeleteConnection'),
  ...group(BOOKMARKS, 'GetJobBookmark ResetJobBookmark'),
  ...group(SESSIONS, 'CreateSession GetSession ListSessions DeleteSession StopSession RunStatement GetStatement'),
  ...group(SESSIONS, 'CreateDevEndpoint GetDevEndpoint GetDevEndpoints UpdateDevEndpoint DeleteDevEndpoint'),
]);
