//! Types that several routes share.
