"""What from_options means: formats and their options, as Glue documents them, by Spark's own readers and writers.

Options that are not known here are refused by name: to forget one could give other rows.
"""
S3_OPTIONS = {"paths", "recurse", "groupFiles", "groupSize", "exclusions", "useS3ListImplementation", "boundedFiles"}
S3_TARGET = {"path", "partitionKeys", "compression"}
CSV_READ = {"separator": "sep", "escaper": "escape", "quoteChar": "quote"}
CSV_WRITE = {**CSV_READ, "writeHeader": "header"}
IGNORED = {"optimizePerformance", "useGlueParquetWriter", "strictCheckForQuoting"}


def refuse_unknown(what, given, known):
    unknown = sorted(set(given) - known - IGNORED)
    if unknown:
        raise NotImplementedError("%s has the option '%s', which Telar does not serve." % (what, unknown[0]))


def text_of(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def truth(value):
    return text_of(value) == "true"


def quoting(value):
    """Glue says -1 for no quotes."""
    return "" if text_of(value) == "-1" else text_of(value)


def require_s3(connection_type):
    if connection_type != "s3":
        raise NotImplementedError("Telar reads and writes frames from and to 's3' only, not '%s'." % connection_type)


def csv_options(given, names):
    options = {names[name]: text_of(value) for name, value in given.items() if name in names}
    if "quote" in options:
        options["quote"] = quoting(options["quote"])
    return options


def read_csv(reader, paths, given):
    refuse_unknown("The format csv", given, {*CSV_READ, "withHeader", "multiLine", "multiline", "skipFirst"})
    header = truth(given.get("withHeader", False))
    options = csv_options(given, CSV_READ)
    options["multiLine"] = text_of(given.get("multiLine", given.get("multiline", False)))
    frame = reader.options(header=text_of(header or truth(given.get("skipFirst", False))), **options).csv(paths)
    if header:
        return frame
    return frame.toDF(*["col%d" % index for index in range(len(frame.columns))])


def read_json(reader, paths, given):
    refuse_unknown("The format json", given, {"jsonPath", "multiline", "multiLine"})
    if given.get("jsonPath") not in (None, "$", "$[*]"):
        raise NotImplementedError("The format json has the option 'jsonPath', which Telar does not serve. Select in the frame.")
    multi = truth(given.get("multiline", given.get("multiLine", False))) or given.get("jsonPath") == "$[*]"
    return reader.json(paths, multiLine=multi)


def plain(method):
    def read(reader, paths, given):
        refuse_unknown("The format %s" % method, given, set())
        return getattr(reader, method)(*paths)

    return read


READERS = {"csv": read_csv, "json": read_json, "parquet": plain("parquet"), "glueparquet": plain("parquet"), "orc": plain("orc")}


def read_frame(context, connection_type, options, format, format_options):
    require_s3(connection_type)
    refuse_unknown("The source", options, S3_OPTIONS)
    if options.get("exclusions"):
        raise NotImplementedError("The source has the option 'exclusions', which Telar does not serve. Filter the frame.")
    if format not in READERS:
        raise NotImplementedError("Telar reads %s, not the format '%s'." % (", ".join(sorted(READERS)), format))
    paths = options["paths"]
    reader = context.spark_session.read
    if truth(options.get("recurse", False)):
        reader = reader.option("recursiveFileLookup", "true")
    return READERS[format](reader, [paths] if isinstance(paths, str) else list(paths), format_options)


WRITERS = {"csv": "csv", "json": "json", "parquet": "parquet", "glueparquet": "parquet", "orc": "orc"}


def write_frame(frame, connection_type, options, format, format_options):
    require_s3(connection_type)
    refuse_unknown("The target", options, S3_TARGET)
    if format not in WRITERS:
        raise NotImplementedError("Telar writes %s, not the format '%s'." % (", ".join(sorted(WRITERS)), format))
    known = {*CSV_WRITE} if format == "csv" else {"compression"}
    refuse_unknown("The format %s" % format, format_options, known)
    # Glue adds to what is there.
    writer = frame.write.mode("append")
    if options.get("partitionKeys"):
        writer = writer.partitionBy(*options["partitionKeys"])
    compression = options.get("compression", format_options.get("compression"))
    if compression:
        writer = writer.option("compression", compression)
    if format == "csv":
        writer = writer.options(**{"header": "true", **csv_options(format_options, CSV_WRITE)})
    getattr(writer, WRITERS[format])(options["path"])
