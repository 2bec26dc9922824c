# Machines, and what a day costs: estimates in US dollars, pay-as-you-go, Linux, US East, 24 hours of published
# list prices (B1ms 0.0207, B2s 0.0416, D2s_v5 0.096, D4s_v5 0.192 per hour; tables of 2022 to 2025). Other
# regions are up to a third dearer, and prices change: look at Azure's price calculator before you decide.
# Besides: public address 0.12 a day; disks below; NAT gateway 1.08 and its address 0.12 while installing.
locals {
  sizes = {
    # One site, up to four cameras: about 4.90 a day in all.
    small = {
      edge     = "Standard_B1ms"   # 1 core,   2 GB: 0.50 a day
      api      = "Standard_B2s"    # 2 cores,  4 GB: 1.00 a day
      vision   = "Standard_D2s_v5" # 2 cores,  8 GB: 2.30 a day each
      workers  = 1                 #                 2.30
      database = "Standard_B1ms"   # 1 core,   2 GB: 0.50 a day
      managed  = "B_Standard_B1ms" # 1 core,   2 GB: 0.45 a day instead, and 0.15 for storage
      disk_gb  = 64                # two disks, standard SSD: 0.16 a day each
    }
    # Several entry points, up to ten cameras: about 10.90 a day in all.
    medium = {
      edge     = "Standard_B2s"       # 2 cores,  4 GB: 1.00 a day
      api      = "Standard_D2s_v5"    # 2 cores,  8 GB: 2.30 a day
      vision   = "Standard_D2s_v5"    # 2 cores,  8 GB: 2.30 a day each
      workers  = 2                    #                 4.60
      database = "Standard_D2s_v5"    # 2 cores,  8 GB: 2.30 a day
      managed  = "GP_Standard_D2s_v3" # 2 cores,  8 GB: 4.30 a day instead, and 0.25 for storage
      disk_gb  = 128                  # two disks, standard SSD: 0.32 a day each
    }
    # A court or a campus, up to thirty cameras: about 26.70 a day in all.
    large = {
      edge     = "Standard_D2s_v5"    # 2 cores,  8 GB: 2.30 a day
      api      = "Standard_D4s_v5"    # 4 cores, 16 GB: 4.60 a day
      vision   = "Standard_D4s_v5"    # 4 cores, 16 GB: 4.60 a day each
      workers  = 3                    #                13.80
      database = "Standard_D4s_v5"    # 4 cores, 16 GB: 4.60 a day
      managed  = "GP_Standard_D4s_v3" # 4 cores, 16 GB: 8.50 a day instead, and 0.50 for storage
      disk_gb  = 256                  # two disks, standard SSD: 0.64 a day each
    }
  }

  size    = local.sizes[var.size]
  workers = coalesce(var.workers, local.size.workers)
}
