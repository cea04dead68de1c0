//! The manager of an employee, named by the identity provider or by an administrator.

use crate::support::actors::OPERATOR;
use crate::support::employees::{ALL_ON, create, path, set, set_active, view};
use crate::support::urns::ENTERPRISE;
use crate::support::{acme, counting_id};
use rollcall::directory::precondition::Precondition;
use rollcall::directory::users::administration::{LocalChange, LocalChanges};
use serde_json::json;

#[tokio::test]
async fn a_manager_is_found_by_id_user_name_or_any_email_however_late_the_manager_comes() {
    let tenant = acme().await;
    set(&tenant, ALL_ON).await;
    let boss_id = counting_id(6);
    let texts = [
        "boss@example.com".to_owned(),
        "Grace.HOPPER@second.example".to_owned(),
        "GraceH".to_owned(),
        boss_id.to_string(),
        "CN=Grace Hopper,OU=Navy".to_owned(),
    ];
    let mut reports = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        let body =
            json!({"userName": format!("report{n}"), ENTERPRISE: {"manager": {"value": text}}});
        let id = create(&tenant, body).await;
        let early = view(&tenant, id).await;
        assert_eq!((early.manager.value.as_ref(), early.manager_colleague), (Some(text), None));
        reports.push(id);
    }
    let boss = json!({
        "userName": "graceh",
        "name": {"givenName": "Grace", "familyName": "Hopper"},
        "emails": [
            {"value": "Boss@example.com", "primary": true},
            {"value": "grace.hopper@second.example"},
        ],
    });
    assert_eq!(create(&tenant, boss).await, boss_id);
    for (id, text) in reports.iter().zip(&texts) {
        let view = view(&tenant, *id).await;
        assert_eq!(view.manager.value.as_ref(), Some(text), "the text stays");
        let colleague = view.manager_colleague.map(|colleague| {
            (colleague.id, colleague.user_name, colleague.display_name, colleague.archived)
        });
        let expected = (boss_id, "graceh".to_owned(), Some("Grace Hopper".to_owned()), false);
        assert_eq!(colleague, (!text.starts_with("CN=")).then_some(expected), "{text}");
        assert_eq!(
            tenant.get(&path(*id)).await.expect(200)[ENTERPRISE]["manager"],
            json!({"value": text})
        );
    }
    set_active(&tenant, boss_id, false).await;
    assert!(view(&tenant, reports[0]).await.manager_colleague.unwrap().archived);
    tenant.delete(&path(boss_id)).await.expect(204);
    for id in reports {
        assert_eq!(
            view(&tenant, id).await.manager_colleague,
            None,
            "a deleted one is no colleague"
        );
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_local_manager_is_resolved_too() {
    let tenant = acme().await;
    let boss = create(&tenant, json!({"userName": "boss"})).await;
    let id = create(&tenant, json!({"userName": "ada", ENTERPRISE: {"manager": "ada"}})).await;
    let local = LocalChanges { manager: LocalChange::Set("BOSS".to_owned()), ..Default::default() };
    tenant
        .directory()
        .users()
        .set_local(id, &local, &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, boss);
    set(&tenant, ALL_ON).await;
    assert_eq!(
        view(&tenant, id).await.manager_colleague.unwrap().id,
        id,
        "managing oneself hangs nothing"
    );
    tenant.expect_sound().await;
}

#[tokio::test]
async fn an_address_that_two_people_share_is_no_manager() {
    let tenant = acme().await;
    set(&tenant, ALL_ON).await;
    let shared = json!([{"value": "lead@example.com"}]);
    let first = create(&tenant, json!({"userName": "first", "emails": shared})).await;
    let second = create(&tenant, json!({"userName": "second", "emails": shared})).await;
    let report = json!({"userName": "ada", ENTERPRISE: {"manager": "lead@example.com"}});
    let id = create(&tenant, report).await;
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    // Another person can get the address of a former employee.
    set_active(&tenant, first, false).await;
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, second);
    set_active(&tenant, second, false).await;
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    // The address means the current employee, also when nine former employees had it.
    let third = create(&tenant, json!({"userName": "third", "emails": shared})).await;
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, third);
    for n in 3..10 {
        let body = json!({"userName": format!("more{n}"), "active": false, "emails": shared});
        create(&tenant, body).await;
    }
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, third);
    set_active(&tenant, first, true).await;
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    set_active(&tenant, first, false).await;
    // When eleven users have the address, the service reads none of them.
    create(&tenant, json!({"userName": "eleventh", "active": false, "emails": shared})).await;
    tenant.app.faults.take_calls();
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    let calls = tenant.app.faults.take_calls();
    assert!(calls.iter().all(|call| call.operation != "BatchGetItem"), "{calls:?}");
    tenant.expect_sound().await;
}
