import { useMe } from '../../api/me';
import { Page } from '../../ui/page';
import { clinicWords as words } from '../../words/en/clinic';
import { AvailabilityCard } from './availability';
import styles from './clinic.module.css';
import { OnCallCard } from './on-call';
import { PeopleCard } from './people';
import { SittersCard } from './sitters';

/** The clinic's own affairs; each role sees what is its to do. */
export function ClinicPage() {
  const { role } = useMe();
  const manages = role === 'coordinator' || role === 'admin';
  return (
    <Page title={words.title} lead={words.lead} width="working">
      <div className={styles.grid}>
        <div className={styles.stack}>
          {role === 'therapist' ? <AvailabilityCard /> : null}
          {manages ? <PeopleCard /> : null}
        </div>
        <div className={styles.stack}>
          <OnCallCard />
          {role === 'therapist' || role === 'coordinator' ? <SittersCard /> : null}
        </div>
      </div>
    </Page>
  );
}
