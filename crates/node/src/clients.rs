//! The table of clients: by place for those who serve them, by number for those who only name them.

use std::ops::{Index, IndexMut};

use keyspace::ClientId;
use stdx::hash::Map;

use crate::client::{Client, Peer, Token};

/// All clients.
#[derive(Debug, Default)]
pub struct Clients {
    places: Vec<Option<Box<Client>>>,
    free: Vec<u32>,
    by_id: Map<ClientId, Token>,
    last_id: u64,
}

impl Clients {
    /// Adds a client.
    pub fn add(&mut self, peer: Peer, now_ms: u64) -> Token {
        self.last_id += 1;
        let id = ClientId(self.last_id);
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            (self.places.len() - 1) as u32
        });
        let token = Token(place);
        self.places[place as usize] = Some(Box::new(Client::new(id, token, peer, now_ms)));
        self.by_id.insert(id, token);
        token
    }

    /// Removes a client.
    pub fn remove(&mut self, token: Token) -> Option<Box<Client>> {
        let client = self.places.get_mut(token.0 as usize)?.take()?;
        self.free.push(token.0);
        self.by_id.remove(&client.id);
        Some(client)
    }

    /// Returns the client at a place, if there is one.
    pub fn get(&self, token: Token) -> Option<&Client> {
        self.places.get(token.0 as usize)?.as_deref()
    }

    /// Returns the client at a place, if there is one.
    pub fn get_mut(&mut self, token: Token) -> Option<&mut Client> {
        self.places.get_mut(token.0 as usize)?.as_deref_mut()
    }

    /// Returns the place of the client with this number.
    pub fn find(&self, id: ClientId) -> Option<Token> {
        self.by_id.get(&id).copied()
    }

    /// Returns how many clients there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Returns whether there are no clients.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Visits all clients in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.places.iter().flatten().map(|client| &**client)
    }

    /// Visits all clients in the order of their places.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Client> {
        self.places.iter_mut().flatten().map(|client| &mut **client)
    }

    /// Returns the number of places, taken or free: the bound of a walk in slices.
    pub fn places(&self) -> usize {
        self.places.len()
    }
}

impl Index<Token> for Clients {
    type Output = Client;

    #[inline]
    fn index(&self, token: Token) -> &Client {
        self.places[token.0 as usize].as_deref().expect("a token names a connected client")
    }
}

impl IndexMut<Token> for Clients {
    #[inline]
    fn index_mut(&mut self, token: Token) -> &mut Client {
        self.places[token.0 as usize].as_deref_mut().expect("a token names a connected client")
    }
}
