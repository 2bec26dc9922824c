# A small site. Copy to terraform.tfvars, fill in, keep out of the repository.
subscription_id  = "00000000-0000-0000-0000-000000000000"
program_url      = "https://example.org/gatebook"
program_sha256   = "0000000000000000000000000000000000000000000000000000000000000000"
site_names       = ["gate.example.org"]
admin_public_key = "ssh-ed25519 AAAA... operator"
# database_password comes from the environment: TF_VAR_database_password
