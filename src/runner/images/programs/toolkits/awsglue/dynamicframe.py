"""DynamicFrame over a Spark DataFrame: the methods that scripts use. A column has one type here, so that there is nothing to resolve
but by a cast."""

# Glue's names of types that Spark calls otherwise.
TYPES = {"long": "bigint", "short": "smallint", "byte": "tinyint", "null": "string"}


def spark_type(name):
    return TYPES.get(name.strip().lower(), name)


def column_of(path):
    """A column by its path; names that hold dots stand in backticks, as in Glue."""
    from pyspark.sql import functions

    return functions.col(path)


def plain_name(path):
    return path.strip("`")


class DynamicFrame:
    def __init__(self, frame, glue_ctx, name=""):
        self._frame = frame
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe, glue_ctx, name):
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options=None):
        return self._frame

    def _with(self, frame, name=""):
        return DynamicFrame(frame, self.glue_ctx, name or self.name)

    def count(self):
        return self._frame.count()

    def schema(self):
        return self._frame.schema

    def printSchema(self):
        self._frame.printSchema()

    def show(self, num_rows=20):
        for row in self._frame.limit(num_rows).toJSON().collect():
            print(row)

    def getNumPartitions(self):
        return self._frame.rdd.getNumPartitions()

    def repartition(self, num_partitions, *_, **__):
        return self._with(self._frame.repartition(num_partitions))

    def coalesce(self, num_partitions, *_, **__):
        return self._with(self._frame.coalesce(num_partitions))

    def errorsCount(self):
        return 0

    stageErrorsCount = errorsCount

    def errorsAsDynamicFrame(self):
        return self._with(self._frame.limit(0))

    def apply_mapping(self, mappings, transformation_ctx="", **_):
        """Mappings of (source, source's type, target, target's type), or (source, target): nothing else stays."""
        columns = []
        for mapping in mappings:
            if len(mapping) == 2:
                source, target, kind = mapping[0], mapping[1], None
            else:
                source, _, target, kind = mapping
            if "." in target and not target.startswith("`"):
                raise NotImplementedError("apply_mapping into a nested field ('%s') is not served: use Spark's struct." % target)
            column = column_of(source)
            columns.append((column.cast(spark_type(kind)) if kind else column).alias(plain_name(target)))
        return self._with(self._frame.select(*columns), transformation_ctx)

    def select_fields(self, paths, transformation_ctx="", **_):
        return self._with(self._frame.select(*[column_of(path) for path in paths]), transformation_ctx)

    def drop_fields(self, paths, transformation_ctx="", **_):
        return self._with(self._frame.drop(*[plain_name(path) for path in paths]), transformation_ctx)

    def rename_field(self, oldName, newName, transformation_ctx="", **_):
        return self._with(self._frame.withColumnRenamed(plain_name(oldName), plain_name(newName)), transformation_ctx)

    def filter(self, f, transformation_ctx="", **_):
        schema = self._frame.schema
        kept = self._frame.rdd.filter(f)
        return self._with(self.glue_ctx.spark_session.createDataFrame(kept, schema), transformation_ctx)

    def map(self, f, transformation_ctx="", **_):
        made = self._frame.rdd.map(lambda row: f(row.asDict(recursive=True)))
        return self._with(self.glue_ctx.spark_session.createDataFrame(made), transformation_ctx)

    def join(self, paths1, paths2, frame2, transformation_ctx="", **_):
        from functools import reduce

        left, right = self._frame, frame2.toDF()
        # As Glue does, so that both of two keys of one name stay.
        for name in [name for name in right.columns if name in left.columns]:
            right = right.withColumnRenamed(name, "." + name)
        renamed = ["." + path if path in self._frame.columns else path for path in paths2]
        pairs = [left[one] == right["`%s`" % other] for one, other in zip(paths1, renamed)]
        return self._with(left.join(right, reduce(lambda a, b: a & b, pairs)), transformation_ctx)

    def union(self, frame2, transformation_ctx="", **_):
        return self._with(self._frame.unionByName(frame2.toDF(), allowMissingColumns=True), transformation_ctx)

    def drop_null_fields(self, transformation_ctx="", **_):
        """Without the columns in which every value is null."""
        from pyspark.sql import functions

        names = self._frame.columns
        counts = self._frame.agg(*[functions.count(functions.col("`%s`" % name)).alias(name) for name in names]).first()
        return self._with(self._frame.drop(*[name for name in names if counts[name] == 0]), transformation_ctx)

    def resolveChoice(self, specs=None, choice="", transformation_ctx="", **_):
        """Types are resolved already; what is left of it is `cast:type`."""
        frame = self._frame
        for path, action in specs or []:
            if action.startswith("cast:") or action.startswith("project:"):
                frame = frame.withColumn(plain_name(path), column_of(path).cast(spark_type(action.split(":", 1)[1])))
        if choice.startswith("cast:"):
            raise NotImplementedError("resolveChoice with a cast of all choices is not served: there are none. Name the columns in specs.")
        return self._with(frame, transformation_ctx)

    def relationalize(self, *_, **__):
        raise NotImplementedError("relationalize is not served: use Spark's explode on toDF().")

    unnest = unbox = split_rows = split_fields = spigot = mergeDynamicFrame = relationalize

    def write(self, connection_type, connection_options=None, format=None, format_options=None, **more):
        return self.glue_ctx.write_dynamic_frame_from_options(self, connection_type, connection_options, format, format_options, **more)


class DynamicFrameReader:
    def __init__(self, glue_context):
        self._context = glue_context

    def from_options(self, connection_type, connection_options=None, format=None, format_options=None, transformation_ctx="", **more):
        return self._context.create_dynamic_frame_from_options(
            connection_type, connection_options, format, format_options, transformation_ctx, **more
        )

    def from_rdd(self, data, name, schema=None, sampleRatio=None):
        return self._context.create_dynamic_frame_from_rdd(data, name, schema, sampleRatio)

    def from_catalog(self, *_, **__):
        return self._context.create_dynamic_frame_from_catalog()


class DynamicFrameWriter:
    def __init__(self, glue_context):
        self._context = glue_context

    def from_options(
        self, frame, connection_type, connection_options=None, format=None, format_options=None, transformation_ctx="", **more
    ):
        return self._context.write_dynamic_frame_from_options(
            frame, connection_type, connection_options, format, format_options, transformation_ctx, **more
        )

    def from_catalog(self, *_, **__):
        return self._context.write_dynamic_frame_from_catalog()

    from_jdbc_conf = from_catalog
