//! Connections and identities, shared by the deployments that depend on the same.

use std::time::Duration;

use facade::{Auth, Identity, Transport};

use crate::config::Connection;

/// Connections and identities by what they depend on: equal ones are shared.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    transports: Vec<(Connection, Transport)>,
    identities: Vec<(Auth, Identity)>,
}

impl Pool {
    /// One for answers in one piece, one for streams.
    pub(super) async fn transports(
        &mut self,
        connection: &Connection,
        stream_timeout: Option<Duration>,
    ) -> Result<(Transport, Transport), facade::Error> {
        let transport = self.transport(connection).await?;
        let streams = match stream_timeout {
            Some(limit) => self.transport(&Connection { timeout: Some(limit), ..connection.clone() }).await?,
            None => transport.clone(),
        };
        Ok((transport, streams))
    }

    /// Begins anew when there are too many: those of requests are the callers', who may bring any number.
    pub(super) fn forget_many(&mut self) {
        const MANY: usize = 100;
        if self.transports.len() >= MANY {
            *self = Self::default();
        }
    }

    async fn transport(&mut self, connection: &Connection) -> Result<Transport, facade::Error> {
        if let Some((_, transport)) = self.transports.iter().find(|(known, _)| known == connection) {
            return Ok(transport.clone());
        }
        let config = connection.config();
        let identity = self.identity(&connection.identity, &config).await?;
        let transport = Transport::connect(config.with_identity(identity)).await?;
        self.transports.push((connection.clone(), transport.clone()));
        Ok(transport)
    }

    /// One for all regions, endpoints and time limits: credentials are loaded once.
    async fn identity(&mut self, auth: &Auth, config: &facade::Config) -> Result<Identity, facade::Error> {
        if let Some((_, identity)) = self.identities.iter().find(|(known, _)| known == auth) {
            return Ok(identity.clone());
        }
        let identity = Identity::of(config).await?;
        self.identities.push((auth.clone(), identity.clone()));
        Ok(identity)
    }
}
