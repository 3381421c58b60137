//! The command table of the whole server: the commands over data and those over the server itself.

use commands::{Args, CmdResult, DataFn};
use config::Words;
use spec::{Builder, Mode, RenameError};

use crate::admin::{self, Admin};

/// A handler over the server itself.
pub type AdminFn = fn(&mut Admin<'_>, &Args<'_>) -> CmdResult;

/// A handler of either kind.
#[derive(Debug, Clone, Copy)]
pub enum Handler {
    /// Over data.
    Data(DataFn),
    /// Over the server.
    Admin(AdminFn),
}

/// A row as the server uses it.
pub type Row = spec::Row<Handler>;

/// The command table of the server.
pub type Table = spec::Table<Handler>;

/// Builds the table, under the names that `rename-command` gives.
pub(crate) fn build(renames: &[Words]) -> Result<Table, RenameError> {
    let builder = Builder::new(Mode::Server)
        .families(commands::FAMILIES, Handler::Data)
        .families(admin::FAMILIES, Handler::Admin);
    renames
        .iter()
        .filter_map(|words| words.first_chunk::<2>())
        .map(|pair| pair.each_ref().map(|word| String::from_utf8_lossy(word).into_owned()))
        .fold(builder, |builder, [from, to]| builder.rename(from, to))
        .build()
}

/// Returns whether commands can be renamed like this, in this order.
pub fn check_renames(renames: &[Words]) -> Result<(), RenameError> {
    build(renames).map(drop)
}
