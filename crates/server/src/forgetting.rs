//! Memory that is cleared when it is given back, for the part that strangers could steal.
//!
//! What passes through an edge (passwords, photographs, cookies) stands in buffers for a moment. A
//! freed buffer keeps its bytes until somebody else writes there, which may be never. So an edge
//! clears what it frees. The other parts hold such things anyway, and pay one look at a flag.
#![allow(
    unsafe_code,
    reason = "an allocator is one by contract; this one passes everything on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

static CLEARING: AtomicBool = AtomicBool::new(false);

/// From now on, memory is cleared when it is given back.
pub fn begin() {
    CLEARING.store(true, Ordering::Relaxed);
}

/// The system's allocator, which clears what is given back once [`begin`] was called.
pub struct Forgetting;

// SAFETY: every call is passed on unchanged; before memory goes back, all of it, and only it, is
// written to, while it still belongs to the caller.
unsafe impl GlobalAlloc for Forgetting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if CLEARING.load(Ordering::Relaxed) {
            unsafe { clear(memory, layout.size()) };
        }
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !CLEARING.load(Ordering::Relaxed) {
            return unsafe { System.realloc(memory, layout, size) };
        }
        // The system might move it and leave the old bytes behind.
        let moved =
            unsafe { System.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            let kept = layout.size().min(size);
            unsafe { moved.copy_from_nonoverlapping(memory, kept) };
            unsafe { self.dealloc(memory, layout) };
        }
        moved
    }
}

/// Clears `size` bytes, in a way that the compiler does not leave out although nobody reads them.
///
/// # Safety
/// `memory` is valid for writing `size` bytes.
unsafe fn clear(memory: *mut u8, size: usize) {
    unsafe { memory.write_bytes(0, size) };
    black_box(memory);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_cleared_and_what_grows_keeps_its_content() {
        let mut bytes = vec![7_u8; 64];
        // SAFETY: the vector is that long.
        unsafe { clear(bytes.as_mut_ptr(), 64) };
        assert_eq!(bytes, [0; 64]);
        begin();
        let mut growing: Vec<u32> = Vec::new();
        growing.extend(0..10_000);
        assert!(growing.iter().copied().eq(0..10_000));
        growing.shrink_to_fit();
        assert_eq!(growing.last(), Some(&9_999));
    }
}
