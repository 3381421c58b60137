//! `INFO cpu`: time spent, in seconds.

use stdx::sys::Whose;

use super::Section;

pub(super) const SECTION: Section = Section {
    name: "cpu",
    by_default: true,
    write: |node, report| {
        let kinds =
            [("", Whose::Process), ("_children", Whose::Children), ("_main_thread", Whose::Thread)];
        for (suffix, whose) in kinds {
            let times = node.machine.cpu_times(whose);
            let seconds = |micros: u64| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
            report.line(format_args!("used_cpu_sys{suffix}"), seconds(times.system_us));
            report.line(format_args!("used_cpu_user{suffix}"), seconds(times.user_us));
        }
    },
};
