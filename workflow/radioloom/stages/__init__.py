"""The steps of a study, from images to a report: functions of records and tables; scripts read and write the files."""
