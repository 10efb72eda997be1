//! What the watch itself stands on: said every second, and an incident when it goes while somebody is dosed.

use crate::house::House;
use crate::rows;
use chassis::config::interlock::{Interlock, Standby};
use chassis::service::Service as _;
use kernel::time::Span;
use proto::events::checkins::HouseStands;
use sea_orm::ConnectionTrait as _;
use serde_json::json;

impl House {
    /// Another engine says that it lives, as seen from this one: now, or for the last time so long ago.
    async fn second_engine_ticked(&self, ago: Span) {
        let sql = "insert into checkins_engine (engine, ticked_at, clocks_agree) values ('second', $1, $2)
                   on conflict (engine) do update set ticked_at = excluded.ticked_at";
        let store = self.checkins.store();
        let values = [self.now().minus(ago).micros().into(), true.into()];
        let _turn = store.turn().await;
        store.db().execute_raw(store.sql(sql, values)).await.unwrap();
    }

    /// The next announcement of which this holds.
    async fn stands(&self, holds: impl Fn(&HouseStands) -> bool) -> HouseStands {
        let mut announcements = self.ground.bus.listen().await.unwrap();
        let found = async {
            loop {
                let said = announcements.recv().await.unwrap().open::<HouseStands>();
                if let Some(said) = said.filter(&holds) {
                    return said;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), found).await.expect("it was never announced")
    }
}

#[actix_web::test]
async fn a_house_of_one_process_says_that_it_has_neither_a_second_engine_nor_a_watchdog() {
    House::on_every_store(async |house| {
        let said = house.stands(|said| said.writable).await;
        assert!(said.clocks_agree);
        assert_eq!([said.standby, said.watchdog], ["not_set_up", "not_set_up"]);
        assert!(
            house
                .checkins
                .missing()
                .iter()
                .any(|sentence| sentence.starts_with("No second engine is set up: "))
        );
    })
    .await;
}

#[actix_web::test]
async fn a_second_engine_that_is_gone_while_somebody_is_dosed_is_an_incident_with_cover() {
    let required = |config: &mut chassis::config::Config| {
        config.interlock = Interlock { standby: Standby::Required };
    };
    House::set_up(required, async |house| {
        house.second_engine_ticked(Span::ZERO).await;
        house.stands(|said| said.standby == "there").await;
        let (waiting, session) = (house.session().await, house.dosed().await);
        house.pass(Span::seconds(3)).await;
        house.stands(|said| said.standby == "missing").await;
        assert_eq!(house.watch(session).await["incidents"], json!([]), "a restart is no loss");
        for _look in 0..3 {
            house.pass(Span::seconds(5)).await;
            let now = house.now();
            house.stands(|said| said.at == now).await;
        }
        let one = "select count(*) from checkins_incident where cause = 'watch_weakened'";
        house.awaited(async || (rows::count(house, one).await == 1).then_some(())).await;
        let incident = house.incident(session).await;
        assert_eq!((&incident["cause"], &incident["state"]), (&json!("watch_weakened"), &json!("open")));
        assert_eq!(rows::told(house, session).await, ["1 Dr. Okafor screen", "1 Noor screen"]);
        assert_eq!(house.watch(waiting).await["incidents"], json!([]), "nobody is dosed there");
    })
    .await;
}
