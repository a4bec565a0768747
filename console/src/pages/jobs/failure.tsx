/** Why a job failed, and what `telar doctor` would advise: both look in the same table of faults, at its reason and the end of its log. */
import { diagnose } from '../../../../src/definition/diagnoses/diagnoses.ts';
import type { JobLog } from '../../data/jobLog.ts';
import { plainText } from '../../parts/ansi.ts';
import { Banner, Facts } from '../../parts/page.tsx';
import type { Described } from './described.ts';

/** As many as `telar doctor` reads. */
const LOG_LINES = 12;

export function JobFailure({ job: { status, reason, execution }, log }: { job: Described; log: JobLog }) {
  if (reason === undefined) return null;
  const failed = status === 'Failed';
  const last = log.lines
    .map(({ text }) => plainText(text))
    .filter((text) => text.trim() !== '')
    .slice(-LOG_LINES);
  const found =
    failed && !log.loading ? diagnose({ step: execution?.step, text: [reason, ...last].join('\n') }) : undefined;
  return (
    <>
      <Banner tone={failed ? 'bad' : 'warn'}>{reason}</Banner>
      {found && (
        <div className="jobs-advice">
          <Facts
            items={[
              ['Symptom', found.symptom],
              ['Probable cause', found.cause],
              ['What to do', found.action],
            ]}
          />
        </div>
      )}
    </>
  );
}
