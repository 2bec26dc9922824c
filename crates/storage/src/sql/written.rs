//! Registry writes that go with an entry.

use store::{Result, Write};

use super::writer::Tx;
use super::{accounts_written as accounts, people_written as people, places_written as places};
use super::{fingers, incidents, network_cameras, settle, strangers};

/// Applies one write inside the entry's transaction.
pub(super) async fn apply(tx: &mut Tx<'_>, write: &Write) -> Result<()> {
    match write {
        Write::Person(person) => people::put_person(tx, person).await,
        Write::RemovePerson(id) => people::remove_person(tx, *id).await,
        Write::Credential(credential, template) => {
            people::put_credential(tx, credential, template.as_ref()).await
        }
        Write::RemoveCredential(id) => people::remove_credential(tx.db, *id).await,
        Write::FingerTemplates(templates) => fingers::put_templates(tx, templates).await,
        Write::LockFingers(lock) => fingers::lock(tx.db, lock).await,
        Write::UnlockFingers(subject) => fingers::unlock(tx.db, *subject).await,
        Write::EraseStranger(id, pictures) => strangers::erase(tx.db, *id, pictures).await,
        Write::StrangerKnown(id, pictures) => {
            strangers::known(tx.db, *id, pictures).await.map(drop)
        }
        Write::Area(area) => places::put(tx.db, area).await,
        Write::RemoveArea(id) => places::remove_area(tx.db, *id).await,
        Write::AccessPoint(point) => places::put(tx.db, point).await,
        Write::RemoveAccessPoint(id) => places::remove_access_point(tx.db, *id).await,
        Write::Device(device) => places::put(tx.db, device).await,
        Write::DevicePassword(id, hash) => places::set_device_password(tx.db, *id, hash).await,
        Write::NetworkCamera(camera) => network_cameras::put(tx, camera).await,
        Write::RemoveDevice(id) => places::remove_device(tx.db, *id).await,
        Write::Gate(gate) => places::put(tx.db, gate).await,
        Write::RemoveGate(id) => places::remove_gate(tx.db, *id).await,
        Write::Settings(settings) => {
            tx.memory.calendar = None;
            places::put_settings(tx.db, settings).await
        }
        Write::User(user) => accounts::put_user(tx.db, user).await,
        Write::Invitation(invitation) => accounts::put_invitation(tx.db, invitation).await,
        Write::AcceptInvitation {
            token,
            password_hash,
            at,
        } => accounts::accept_invitation(tx.db, token, password_hash, *at).await,
        Write::UserPassword(id, hash) => accounts::set_password(tx.db, *id, hash).await,
        Write::Token(token) => accounts::put_token(tx.db, token).await,
        Write::RevokeToken(id) => accounts::revoke_token(tx.db, *id).await,
        Write::DismissUnresolved(number) => settle::dismiss(tx.db, *number).await,
        Write::ForgetIncident(id) => incidents::forget(tx.db, *id).await,
    }
}
