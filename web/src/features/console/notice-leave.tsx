import { useState } from 'react';
import { askLeave, noticeLeave } from '../../lib/notice';
import { Button } from '../../ui/button';
import { watchkeeperWords as words } from '../../words/en/watchkeeper';
import styles from './ready.module.css';

/** With the sound test: may this computer say so when the page is hidden? Says why before it asks. */
export function NoticeLeave() {
  const [leave, setLeave] = useState(noticeLeave);
  switch (leave) {
    case 'none':
      return null;
    case 'given':
      return <p className={styles.meta}>{words.notice_given}</p>;
    case 'refused':
      return <p className={styles.meta}>{words.notice_refused}</p>;
    case 'ask':
      return (
        <div className={styles.test}>
          <p className={styles.meta}>{words.notice_why}</p>
          <div>
            <Button look="quiet" onClick={() => void askLeave().then(setLeave)}>
              {words.notice_allow}
            </Button>
          </div>
        </div>
      );
  }
}
