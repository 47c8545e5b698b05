package blob

import (
	_ "gocloud.dev/blob/s3blob" // s3://bucket?region=…: Amazon's, and what speaks its protocol
)
