import { withServer } from './lib/server.ts';
import { uncached } from './lib/titanic.ts';
import { SageMaker } from '@aws-sdk/client-sagemaker';
const keep = setInterval(()=>{},1000);
await withServer(async (server) => { const run = await uncached(server); const sm = new SageMaker(server.client); await run(); await run();
 for (let i=0;i<4;i++) { await new Promise(r=>setTimeout(r,800)); const w=await run(); 
  const { PipelineExecutionSummaries: e } = await sm.listPipelineExecutions({PipelineName:'titanic-modelbuild-dev', SortOrder:'Descending'});
  const { PipelineExecutionSteps: s } = await sm.listPipelineExecutionSteps({PipelineExecutionArn: e![0]!.PipelineExecutionArn, SortOrder:'Ascending'});
  console.log(w.toFixed(0), s!.map(x=>x.StepName+' '+(x.EndTime!.getTime()-x.StartTime!.getTime())).join('  ')); 
  for (const x of s!) { const n = x.Metadata?.TrainingJob?.Arn?.split('/').pop(); if (n) { const t = await sm.describeTrainingJob({TrainingJobName:n}); console.log(t.SecondaryStatusTransitions!.map(y=>y.Status+' '+(y.EndTime!.getTime()-y.StartTime!.getTime())).join(' ')); } }
 } });
clearInterval(keep);
