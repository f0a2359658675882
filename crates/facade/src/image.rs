//! Images.

use bedrock_transform::{ImageCall, ModelSpec, image, image_edit};
use core_types::{ImageEditRequest, ImageRequest, ImageResponse};

use crate::many::send_all;
use crate::{Client, Error, Reply};

/// Images.
impl Client {
    /// Asks for images. A request may take several calls: they are made at once, as far as [`Client::with_concurrency`]
    /// allows; the first failure ends the others, and so does dropping the future.
    ///
    /// # Errors
    /// If the request cannot be mapped, AWS refuses any of it, a filter holds an answer back, or an answer cannot be read.
    pub async fn image(&self, request: &ImageRequest) -> Result<Reply<ImageResponse>, Error> {
        self.send_image(self.prepare_image(request)?).await
    }

    /// Asks for edited images, as [`Client::image`] does.
    ///
    /// # Errors
    /// As [`Client::image`].
    pub async fn image_edit(&self, request: &ImageEditRequest) -> Result<Reply<ImageResponse>, Error> {
        self.send_image(self.prepare_image_edit(request)?).await
    }

    /// Maps a request for images without sending it.
    ///
    /// # Errors
    /// If the request is wrong, or its model cannot take it.
    pub fn prepare_image(&self, request: &ImageRequest) -> Result<ImageCall, Error> {
        self.prepare_image_as(request, &self.resolve(&request.model)?)
    }

    /// Maps a request for images for a given model, whatever the request calls it.
    ///
    /// # Errors
    /// As [`Client::prepare_image`].
    pub fn prepare_image_as(&self, request: &ImageRequest, model: &ModelSpec) -> Result<ImageCall, Error> {
        Ok(image(request, model, self.options())?)
    }

    /// Maps a request to edit without sending it.
    ///
    /// # Errors
    /// As [`Client::prepare_image`].
    pub fn prepare_image_edit(&self, request: &ImageEditRequest) -> Result<ImageCall, Error> {
        self.prepare_image_edit_as(request, &self.resolve(&request.request.model)?)
    }

    /// Maps a request to edit for a given model, whatever the request calls it.
    ///
    /// # Errors
    /// As [`Client::prepare_image`].
    pub fn prepare_image_edit_as(&self, request: &ImageEditRequest, model: &ModelSpec) -> Result<ImageCall, Error> {
        Ok(image_edit(request, model, self.options())?)
    }

    /// Sends a prepared request for images. The request id is that of the first call.
    ///
    /// # Errors
    /// As [`Client::image`].
    pub async fn send_image(&self, call: ImageCall) -> Result<Reply<ImageResponse>, Error> {
        let ImageCall { calls, mut warnings, reply, .. } = call;
        let parts = send_all(
            &*self.backend,
            calls,
            self.concurrency,
            |index| reply.at(index),
            |_, answer| Ok((reply.read(answer)?, answer.meta.clone())),
        )
        .await?;
        let (parts, metas): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let created = metas.iter().map(|meta| meta.created).max().unwrap_or_default();
        let request_id = metas.into_iter().next().and_then(|meta| meta.request_id);
        let (value, more) = reply.assemble(parts, created);
        warnings.extend(more);
        Ok(Reply { value, warnings, request_id })
    }
}
