/** The overview: what runs now, what failed lately, which models wait for a decision, what starts next, and how the machine fares. */
import { Empty } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Activities } from './activities.tsx';
import { Approvals } from './approvals.tsx';
import { Gates } from './gates.tsx';
import { Machine } from './machine.tsx';
import { Upcoming } from './upcoming.tsx';
import './home.css';

export function HomePage() {
  return (
    <Page title="Overview">
      <div className="home">
        <div className="home-main">
          <Activities
            title="Runs now"
            which="running"
            empty={
              <Empty title="Nothing runs" command="telar run training">
                What is started from a project, a page, a schedule or an event is seen here while it goes on.
              </Empty>
            }
          />
          <Activities title="Ended lately" which="ended" empty={<Empty title="Nothing has run yet" />} />
          <Activities title="Failed lately" which="failed" empty={<Empty title="Nothing has failed" />} />
        </div>
        <div className="home-side">
          <Approvals />
          <Gates />
          <Upcoming />
          <Machine />
        </div>
      </div>
    </Page>
  );
}
