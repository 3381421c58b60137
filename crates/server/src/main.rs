//! throw-away
mod connection;
mod listener;
mod reactor;
use node::*;
#[global_allocator]
static ALLOC: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
struct H;
impl reactor::Host for H {
    fn act(&mut self, _: &mut Node, a: Action) { if let Action::Log(_, t) = a { println!("{t}") } }
    fn woken(&mut self, _: &mut Node) {}
    fn is_over(&self) -> bool { false }
}
fn main() {
    let port: u16 = std::env::args().skip_while(|a| a != "--port").nth(1).map_or(6379, |p| p.parse().unwrap());
    let (a, _b) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut r = reactor::Reactor::new(&a).unwrap();
    r.set_listeners(vec![listener::Listener::tcp("127.0.0.1", port, 511).unwrap()]).unwrap();
    let mut n = Node::new(config::Config::default(), Box::new(stdx::clock::SystemClock::new()), Box::new(Unmeasured), 42, Start::default()).unwrap();
    println!("Ready to accept connections tcp");
    r.run(&mut n, &mut H).unwrap();
}
