"""GlueContext: Spark with DynamicFrames from and to S3. What has to do with the Data Catalog is refused by name."""
import logging

from .dynamicframe import DynamicFrame, DynamicFrameReader, DynamicFrameWriter
from .formats import read_frame, write_frame

NO_CATALOG = "Telar has no Glue Data Catalog: read and write by s3:// paths (from_options)."


class GlueContext:
    def __init__(self, sparkContext, **options):
        from pyspark.sql import SparkSession

        self._sc = sparkContext
        self.spark_session = SparkSession(sparkContext)
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = _DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.write_data_frame = _DataFrameWriter(self)

    def __getattr__(self, name):
        # As an SQLContext, which GlueContext is on AWS.
        return getattr(self.spark_session, name)

    def getSource(self, *_, **__):
        raise NotImplementedError("getSource is not served. Use create_dynamic_frame.from_options.")

    def getSink(self, *_, **__):
        raise NotImplementedError("getSink is not served. Use write_dynamic_frame.from_options.")

    def create_dynamic_frame_from_options(
        self, connection_type, connection_options=None, format=None, format_options=None, transformation_ctx="", **_
    ):
        frame = read_frame(self, connection_type, connection_options or {}, format, format_options or {})
        return DynamicFrame(frame, self, transformation_ctx)

    def create_data_frame_from_options(self, connection_type, connection_options=None, format=None, format_options=None, **_):
        return read_frame(self, connection_type, connection_options or {}, format, format_options or {})

    def create_dynamic_frame_from_rdd(self, data, name, schema=None, sample_ratio=None, transformation_ctx=""):
        return DynamicFrame(self.spark_session.createDataFrame(data, schema, sample_ratio), self, name)

    def create_dynamic_frame_from_catalog(self, *_, **__):
        raise NotImplementedError(NO_CATALOG)

    create_data_frame_from_catalog = write_dynamic_frame_from_catalog = create_dynamic_frame_from_catalog

    def write_dynamic_frame_from_options(
        self, frame, connection_type, connection_options=None, format=None, format_options=None, transformation_ctx="", **_
    ):
        write_frame(frame.toDF(), connection_type, connection_options or {}, format, format_options or {})
        return frame

    write_from_options = write_dynamic_frame_from_options

    def write_data_frame_from_options(self, frame, connection_type, connection_options=None, format=None, format_options=None, **_):
        write_frame(frame, connection_type, connection_options or {}, format, format_options or {})
        return frame

    def purge_s3_path(self, s3_path, options=None, transformation_ctx=""):
        from telar_glue import buckets

        if (options or {}).get("retentionPeriod", 168) != 0:
            raise NotImplementedError("purge_s3_path removes all that is below a path here: give it {'retentionPeriod': 0}.")
        buckets.purge(s3_path)

    def get_logger(self):
        return _Logger()


class _Logger(logging.LoggerAdapter):
    """With the names that Java's logger has."""

    def __init__(self):
        logger = logging.getLogger("awsglue")
        logger.setLevel(logging.INFO)
        if not logger.handlers:
            logger.addHandler(logging.StreamHandler())
        super().__init__(logger, {})

    def warn(self, message, *more):
        self.warning(message, *more)


class _DataFrameReader:
    def __init__(self, context):
        self._context = context

    def from_options(self, connection_type, connection_options=None, format=None, format_options=None, **more):
        return self._context.create_data_frame_from_options(connection_type, connection_options, format, format_options, **more)

    def from_catalog(self, *_, **__):
        raise NotImplementedError(NO_CATALOG)


class _DataFrameWriter(_DataFrameReader):
    def from_options(self, frame, connection_type, connection_options=None, format=None, format_options=None, **more):
        return self._context.write_data_frame_from_options(
            frame, connection_type, connection_options, format, format_options, **more
        )
