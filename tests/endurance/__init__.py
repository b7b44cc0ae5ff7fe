"""What the tests share that kill builds, fill disks and damage caches."""
