//! Faces of people: assessing images, enrolling templates, the registered photograph.

mod findings;

use crate::acts::fresh;
use crate::auth::{Auditor, Caller, Operator};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::names::Names;
use crate::ports::{Assessment, EnrolledImage, ImageFinding, ImageProblem};
use crate::routes::people::find;
use crate::routes::tags::{CustodyView, custody_views};
use crate::state::House;
use crate::upload::{Upload, is_jpeg};
use crate::words::FingerPosition;
use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use findings::{Finding, findings, overruled};
use jiff::Timestamp;
use model::{
    Act, Credential, CredentialId, CredentialKind, Overruled, Person, PersonId, PictureId,
};
use serde::{Deserialize, Serialize};
use store::{FaceTemplate, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most images at once.
const MOST_IMAGES: usize = 10;
/// Largest image, in bytes.
pub(super) const LARGEST_IMAGE: usize = 12 * 1024 * 1024;
/// Largest body of the routes that take images, in bytes.
pub(crate) const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Images to look at, 1 to 10, each a file.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct ImagesForm {
    /// JPEG or PNG.
    #[schema(value_type = Vec<String>, format = Binary)]
    images: Vec<Vec<u8>>,
    /// Whose they are, where they are further images of somebody who exists: nobody is told to look like themselves.
    person: Option<Uuid>,
}

/// Images to enrol, 1 to 10, each a file.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct EnrolForm {
    /// JPEG or PNG.
    #[schema(value_type = Vec<String>, format = Binary)]
    images: Vec<Vec<u8>>,
    /// What is overruled, as JSON: of which image (from 0 on) which finding, and whom it looks like:
    /// `[{"image":0,"finding":"mouth_covered"},{"image":2,"finding":"looks_like","person":"…"}]`. An image is enrolled all the
    /// same when everything that is wrong with it is among these.
    overruled: Option<String>,
}

/// One photograph.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct PhotoForm {
    /// JPEG.
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
}

/// A credential of a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum CredentialView {
    /// A face template.
    Face {
        /// Identity.
        id: Uuid,
        /// When it was enrolled.
        enrolled_at: Timestamp,
        /// The photograph it was made from.
        picture: Uuid,
        /// The model that made it.
        model: String,
    },
    /// A finger; more of it is told under the person's fingers.
    Finger {
        /// Identity.
        id: Uuid,
        /// When it was enrolled.
        enrolled_at: Timestamp,
        /// Which one.
        position: FingerPosition,
        /// What made its templates.
        model: String,
    },
    /// A tag assigned for good.
    Tag {
        /// Identity.
        id: Uuid,
        /// When it was assigned.
        enrolled_at: Timestamp,
        /// The tag's text.
        tag: String,
    },
}

/// By what a person can be recognised.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PersonCredentials {
    /// Credentials, oldest first.
    credentials: Vec<CredentialView>,
    /// Tags in the person's hands.
    tags: Vec<CustodyView>,
}

/// The registered photograph.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PhotoView {
    /// The picture.
    photo: Uuid,
}

impl From<Credential> for CredentialView {
    fn from(credential: Credential) -> Self {
        let Credential {
            id, enrolled_at, ..
        } = credential;
        match credential.kind {
            CredentialKind::Face { picture, model } => Self::Face {
                id: id.0,
                enrolled_at,
                picture: picture.0,
                model,
            },
            CredentialKind::Finger {
                position, model, ..
            } => Self::Finger {
                id: id.0,
                enrolled_at,
                position: position.into(),
                model,
            },
            CredentialKind::Tag { tag } => Self::Tag {
                id: id.0,
                enrolled_at,
                tag: tag.as_str().to_owned(),
            },
        }
    }
}

/// Looks at images and says what is wrong with each; keeps nothing. Role: operator.
#[utoipa::path(post, path = "/faces/assess", tag = "people",
    request_body(content = ImagesForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Vec<Finding>), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn assess(
    _: Operator,
    State(house): State<House>,
    upload: Upload,
) -> Result<Json<Vec<Finding>>, ApiError> {
    let person = match upload.text("person").filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => {
            let id = id
                .parse()
                .map_err(|_| ApiError::field("person", "Send the identity of a person."));
            Some(find(&house, PersonId(id?)).await?.id)
        }
    };
    let assessment = look(&house, images(upload)?, person).await?;
    findings(&house, assessment.findings).await.map(Json)
}

/// Enrols the good ones among images of a person, at once. Role: operator.
///
/// The first that is enrolled becomes the registered photograph of somebody who has none. What an operator overrules (the face
/// looks like somebody enrolled, or something seems to cover a part of it) stands in the log's entry.
#[utoipa::path(post, path = "/people/{id}/faces", tag = "people",
    request_body(content = EnrolForm, content_type = "multipart/form-data"),
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = Vec<Finding>), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn enrol(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    upload: Upload,
) -> Result<Json<Vec<Finding>>, ApiError> {
    let id = find(&house, PersonId(id)).await?.id;
    let insisted = insisted(&upload)?;
    let Assessment {
        findings: found,
        mut enrolled,
        mut doubtful,
    } = look(&house, images(upload)?, Some(id)).await?;
    let overruled: Vec<Vec<Overruled>> = found.iter().map(overruled).collect();
    // What was not there when the operator looked (somebody alike was enrolled meanwhile) is not overruled.
    doubtful.retain(|EnrolledImage { image, .. }| {
        let mut found = overruled.get(*image).into_iter().flatten();
        let image = *image;
        found.all(|&what| insisted.contains(&Insisted { image, what }))
    });
    enrolled.append(&mut doubtful);
    let mut views = findings(&house, found).await?;
    for image in enrolled {
        let position = image.image;
        let overruled = overruled.get(position).cloned().unwrap_or_default();
        let credential = keep(&house, &caller, id, (image, overruled)).await?;
        if let Some(view) = views.get_mut(position) {
            view.credential = Some(credential.0);
        }
    }
    Ok(Json(views))
}

/// By what a person can be recognised. Role: auditor.
#[utoipa::path(get, path = "/people/{id}/credentials", tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = PersonCredentials), (status = 404, body = Problem)))]
pub(crate) async fn credentials(
    _: Auditor,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<PersonCredentials>, ApiError> {
    let person = find(&house, PersonId(id)).await?;
    let credentials = house.store.credentials(person.id).await?;
    let custody = house.store.custody_of(person.id).await?;
    let mut names = Names::load(&house).await?;
    Ok(Json(PersonCredentials {
        credentials: credentials.into_iter().map(CredentialView::from).collect(),
        tags: custody_views(&mut names, custody).await?,
    }))
}

/// Removes a face template with its photograph, or a finger with its templates and pictures, at once. Role: operator.
///
/// A tag's assignment is ended by returning the tag.
#[utoipa::path(delete, path = "/people/{id}/credentials/{credential}", tag = "people",
    params(("id" = Uuid, Path, description = "The person"),
        ("credential" = Uuid, Path, description = "The credential")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove_credential(
    Operator(caller): Operator,
    State(house): State<House>,
    Path((id, credential)): Path<(Uuid, Uuid)>,
) -> Result<StatusCode, ApiError> {
    let person = find(&house, PersonId(id)).await?.id;
    let credential = CredentialId(credential);
    let all = house.store.credentials(person).await?;
    let found = all.into_iter().find(|known| known.id == credential);
    let found = found.ok_or_else(|| ApiError::not_found("this credential"))?;
    if matches!(found.kind, CredentialKind::Tag { .. }) {
        let detail = "Return the tag instead: that ends its assignment.";
        return Err(ApiError::Conflict(detail.into()));
    }
    let pictures: Vec<PictureId> = found.kind.pictures().collect();
    let writes = vec![Write::RemoveCredential(credential)];
    let act = Act::CredentialRemoved { person, credential };
    let unshown = |before: Person| Person {
        photo: before.photo.filter(|photo| !pictures.contains(photo)),
        ..before
    };
    house
        .act_on_person(caller.author(), act, writes, person, unshown)
        .await?;
    let recognition = &house.recognition;
    recognition.credential_removed(person, credential).await;
    house.fingers.credential_removed(credential).await;
    for picture in pictures {
        house.pictures.remove(picture).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces the registered photograph; enrols nothing. Role: operator.
#[utoipa::path(post, path = "/people/{id}/photo", tag = "people",
    request_body(content = PhotoForm, content_type = "multipart/form-data"),
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = PhotoView), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn set_photo(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    mut upload: Upload,
) -> Result<Json<PhotoView>, ApiError> {
    let person = find(&house, PersonId(id)).await?;
    let image = upload.file("image")?.bytes;
    if !is_jpeg(&image) || image.len() > LARGEST_IMAGE {
        return Err(ApiError::field("image", "Send a JPEG of at most 12 MiB."));
    }
    let assessment = look(&house, vec![image.clone()], Some(person.id)).await?;
    let unreadable = |finding: &ImageFinding| finding.problems.contains(&ImageProblem::Unreadable);
    if assessment.findings.iter().any(unreadable) {
        return Err(ApiError::field(
            "image",
            "This JPEG cannot be read; send another.",
        ));
    }
    let picture = house.pictures.put(&image).await?;
    let act = Act::PersonChanged { person: person.id };
    let shown = |before| Person {
        photo: Some(picture),
        ..before
    };
    let appended = house.act_on_person(caller.author(), act, Vec::new(), person.id, shown);
    let (before, _) = or_forget(&house, picture, appended.await).await?;
    forget_unless_enrolled(&house, person.id, before.photo).await?;
    Ok(Json(PhotoView { photo: picture.0 }))
}

fn images(mut upload: Upload) -> Result<Vec<Bytes>, ApiError> {
    let files = upload.files("images");
    if files.is_empty() || files.len() > MOST_IMAGES {
        let detail = format!("Send 1 to {MOST_IMAGES} images.");
        return Err(ApiError::field("images", detail));
    }
    if files.iter().any(|file| file.bytes.len() > LARGEST_IMAGE) {
        return Err(ApiError::field("images", "At most 12 MiB per image."));
    }
    Ok(files.into_iter().map(|file| file.bytes).collect())
}

/// What is overruled of which image.
#[derive(PartialEq, Deserialize)]
struct Insisted {
    image: usize,
    #[serde(flatten)]
    what: Overruled,
}

fn insisted(upload: &Upload) -> Result<Vec<Insisted>, ApiError> {
    let given = upload.text("overruled").filter(|given| !given.is_empty());
    let read = given.map_or_else(|| Ok(Vec::new()), serde_json::from_str);
    read.map_err(|_| {
        let detail = r#"Send a list like [{"image":0,"finding":"mouth_covered"}]."#;
        ApiError::field("overruled", detail)
    })
}

async fn look(
    house: &House,
    images: Vec<Bytes>,
    person: Option<PersonId>,
) -> Result<Assessment, ApiError> {
    let assessment = house.recognition.assess(images, person).await;
    assessment.ok_or(ApiError::Busy("face recognition"))
}

/// Keeps one good image: the picture first, then the entry that names it, then the gallery.
async fn keep(
    house: &House,
    caller: &Caller,
    person: PersonId,
    (image, overruled): (EnrolledImage, Vec<Overruled>),
) -> Result<CredentialId, ApiError> {
    let picture = house.pictures.put(&image.jpeg).await?;
    let credential = Credential {
        id: fresh(),
        person,
        kind: CredentialKind::Face {
            picture,
            model: image.model.clone(),
        },
        enrolled_at: house.clock.now(),
    };
    let id = credential.id;
    let template = FaceTemplate {
        credential: id,
        person,
        model: image.model,
        bytes: image.template,
    };
    let template_bytes = template.bytes.clone();
    let writes = vec![Write::Credential(credential, Some(template))];
    let act = Act::FaceEnrolled {
        person,
        credential: id,
        overruled,
    };
    let shown = |before: Person| Person {
        photo: before.photo.or(Some(picture)),
        ..before
    };
    let appended = house.act_on_person(caller.author(), act, writes, person, shown);
    or_forget(house, picture, appended.await).await?;
    let recognition = &house.recognition;
    recognition.enrolled(person, id, &template_bytes).await;
    Ok(id)
}

/// Removes a picture again when the entry that was to name it could not be written.
async fn or_forget<T>(
    house: &House,
    picture: PictureId,
    appended: Result<T, ApiError>,
) -> Result<T, ApiError> {
    if appended.is_err() {
        house.pictures.remove(picture).await?;
    }
    appended
}

/// Removes a photograph that was replaced, unless a face template was made from it.
async fn forget_unless_enrolled(
    house: &House,
    person: PersonId,
    photo: Option<PictureId>,
) -> Result<(), ApiError> {
    let Some(photo) = photo else { return Ok(()) };
    let credentials = house.store.credentials(person).await?;
    let enrolled = credentials.iter().any(|credential| {
        matches!(credential.kind, CredentialKind::Face { picture, .. } if picture == photo)
    });
    if !enrolled {
        house.pictures.remove(photo).await?;
    }
    Ok(())
}
