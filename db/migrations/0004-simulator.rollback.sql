DROP TABLE simulator;
